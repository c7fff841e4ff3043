"""A photo's fields in three families, one by one and as one trace."""

import numpy as np
import pytest
import torch
from PIL import Image

from models import families, prepared
from models.errors import InputError
from models.pixels import prepare
from models.prepared import prepare_model
from models.receptive_field import effective
from models.receptive_field import trace as traced
from models.receptive_field.trace import fields, pool_to_cells, reach, trace_model
from models.swin import trace as swin
from models.traces import FieldsTrace
from models.vit import trace as vit

POSITION = (0.3, 0.8)
FAMILIES = ("saved_resnet", "tiny_vit", "tiny_deit", "tiny_swin")


@pytest.fixture(params=FAMILIES)
def ready(request, opened, photo):
    """A model with the photo prepared for it."""
    return prepare_model(photo, opened(request.param))


@pytest.fixture
def other():
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8))


def test_a_trace_holds_what_was_measured(ready, photo, other):
    seen = trace_model(ready, POSITION, random=True, average=[other, photo])
    model = ready.model
    one, two = (prepare(image, ready.processor, model.config) for image in (photo, other))
    units, box, centre = families.layers(model).units(model, one.shape[-1], POSITION)
    fields = effective.fields(model, one, POSITION, units=units)
    average = effective.fields(model, torch.cat([two, one]), POSITION, units=units)
    fresh = effective.fields(effective.random_like(model), one, POSITION, units=units)
    for kept, expected in ((seen.field[0, 0], fields), (seen.field[0, 1], average), (seen.field[1, 0], fresh)):
        mean = np.maximum(expected.mean(axis=(1, 2), keepdims=True), 1e-30)
        np.testing.assert_allclose(kept, expected / mean, rtol=1e-3, atol=1e-4)
    assert not np.allclose(seen.field[0, 0], seen.field[0, 1])
    np.testing.assert_allclose(seen.box, box, rtol=1e-6)
    for layer, field in enumerate(fields):
        assert seen.radius[0, 0, layer] == pytest.approx(effective.radius(field, centre[layer]), rel=1e-4)
        ratios = effective.area_ratios(field, centre[layer], box[layer])
        np.testing.assert_allclose(seen.area[0, 0, layer], list(ratios.values()), rtol=1e-5)
        top, left, bottom, right = seen.square[0, 0, layer]
        assert (bottom - top) * (right - left) == pytest.approx(ratios[0.5].gradient_mass, rel=1e-5)
    assert seen.layer_name == tuple(families.layers(model).names(model))
    with torch.inference_mode():
        np.testing.assert_allclose(seen.probability, model(one).logits[0].softmax(-1), atol=1e-6)


def test_random_weights_and_an_average_are_measured_where_they_are_asked_for(ready):
    assert trace_model(ready, POSITION).field.shape[:2] == (1, 1)


def test_nothing_outside_the_theoretical_field_moves_the_unit(ready):
    seen = trace_model(ready, POSITION)
    rows, columns = seen.field.shape[-2:]
    inside = 0
    for box, field in zip(seen.box, seen.field[0, 0], strict=True):
        top, left, bottom, right = (box * [rows, columns, rows, columns]).round().astype(int)
        assert top <= POSITION[0] * rows < bottom and left <= POSITION[1] * columns < right
        outside = field.copy()
        outside[top:bottom, left:right] = 0
        assert outside.max() < 1e-30
        assert field.max() > 0
        inside += bottom - top < rows
    assert (inside > 0) != (type(ready.model).__name__ in families.VIT)


def test_the_box_grows_with_depth_and_its_radius_is_that_of_equal_pixels(ready):
    seen = trace_model(ready, (0.5, 0.5))
    area = (seen.box[:, 2] - seen.box[:, 0]) * (seen.box[:, 3] - seen.box[:, 1])
    assert (np.diff(area) >= -1e-6).all()
    centre = families.layers(ready.model).units(ready.model, seen.pixels.shape[0], (0.5, 0.5)).centre
    whole = np.flatnonzero(area > 0.999)
    assert len(whole)
    expected = np.sqrt(1 / 6 + ((centre[whole] - 0.5) ** 2).sum(-1))
    np.testing.assert_allclose(seen.box_radius[whole], expected, rtol=0.02)


def test_attention_distance_and_rollout_belong_to_the_layers(opened, photo):
    seen = trace_model(prepare_model(photo, opened("tiny_vit")), POSITION)
    attention = vit.trace(opened("tiny_vit"), photo).attention
    token = 1 + 1 * 4 + 3
    rows, columns = np.divmod(np.arange(16), 4)
    away = np.hypot(rows - 1, columns - 3) * 8 / 32
    own = attention[:, :, token, 1:]
    expected = np.sqrt((own * away**2).sum(-1) / own.sum(-1)).mean(-1)
    np.testing.assert_allclose(seen.attention_distance, expected, rtol=1e-5)
    one = 0.5 * attention[0].mean(0) + 0.5 * np.eye(17)
    np.testing.assert_allclose(seen.rollout[0], one[token, 1:].reshape(4, 4), rtol=1e-4)

    block = swin.trace(opened("tiny_swin"), photo).blocks[2]
    window, query = next(
        (w, s) for w, row in enumerate(block.window_token) for s, t in enumerate(row) if t == 1 * 4 + 3
    )
    expected = 0.0
    for head in block.attention[window]:
        places = [divmod(int(token), 4) for token in block.window_token[window]]
        expected += sum(w * ((a - 1) ** 2 + (b - 3) ** 2) for w, (a, b) in zip(head[query], places, strict=True)) ** 0.5
    windowed = trace_model(prepare_model(photo, opened("tiny_swin")), POSITION)
    assert windowed.attention_distance[2] == pytest.approx(expected / block.attention.shape[1] / 4, rel=1e-5)
    assert np.isnan(windowed.rollout).all()

    convolved = trace_model(prepare_model(photo, opened("saved_resnet")), POSITION)
    assert np.isnan(convolved.attention_distance).all() and np.isnan(convolved.rollout).all()


def test_cells_keep_a_fields_mean_and_its_zeros():
    field = np.zeros((1, 130, 130), np.float32)
    field[0, 0, 0] = 9
    kept = pool_to_cells(field)
    assert kept.shape == (1, 43, 43)  # 130 has no divisor from 32 to 64
    assert pool_to_cells(np.ones((1, 160, 224), np.float32)).shape == (1, 40, 56)
    assert kept.mean() == pytest.approx(1)
    assert np.count_nonzero(kept) == 1
    assert not pool_to_cells(np.zeros((1, 8, 8), np.float32)).any()


def test_three_models_are_kept_and_come_back(three, photo, other, tmp_path, beats):
    seen = fields(photo, **three, random=True, average=[other, photo], position=(0.2, 0.6), progress=beats)
    assert beats.count == 2 * 2 * sum(len(column.layer_name) for column in seen.columns)
    assert (seen.position, seen.n_image) == ((0.2, 0.6), 2)
    assert [column.model for column in seen.columns] == [one.reference for one in three.values()]
    for column, one in zip(seen.columns, three.values(), strict=True):
        expected = trace_model(prepare_model(photo, one), (0.2, 0.6), random=True, average=[other, photo])
        np.testing.assert_array_equal(column.field, expected.field)
        np.testing.assert_array_equal(column.probability, expected.probability)
    seen.save(tmp_path / "run.npz")
    back = FieldsTrace.load(tmp_path / "run.npz")
    np.testing.assert_allclose(back.columns[2].field, seen.columns[2].field, rtol=1e-3, atol=1e-4)
    assert back.columns[0].layer_name == seen.columns[0].layer_name


def test_reach_is_the_fields_of_the_middle_without_an_average(three, photo):
    seen, expected = reach(photo, **three), fields(photo, **three, position=(0.5, 0.5))
    assert (seen.position, seen.n_image) == ((0.5, 0.5), 0)
    for one, other in zip(seen.columns, expected.columns, strict=True):
        assert one.field.shape[1] == 1
        np.testing.assert_array_equal(one.field, other.field)
        np.testing.assert_array_equal(one.radius, other.radius)


def test_models_are_checked_before_anything_is_computed(three, photo, monkeypatch):
    monkeypatch.setattr(traced, "trace_model", None)
    monkeypatch.setattr("models.resnet.layers.MAX_SIDE", 63)
    with pytest.raises(InputError, match=r"model\.size"):
        fields(photo, **{**three, "third_model": three["first_model"]})


def test_pictures_that_are_not_square_are_refused(opened, photo, monkeypatch):
    vit = opened("tiny_vit")
    monkeypatch.setattr(prepared, "prepare", lambda *_: torch.zeros(1, 3, 32, 40))
    with pytest.raises(InputError, match=r"model\.square"):
        prepared.prepare_models(photo, [vit])


def test_squares_stay_in_the_box(opened, photo):
    for position in ((0.26, 0.26), (0.01, 0.99), (0.62, 0.4)):
        for name in ("tiny_swin", "saved_resnet"):
            seen = trace_model(prepare_model(photo, opened(name)), position)
            area = (seen.box[:, 2] - seen.box[:, 0]) * (seen.box[:, 3] - seen.box[:, 1])
            assert (seen.area <= area[None, None, :, None, None] + 1e-6).all()
