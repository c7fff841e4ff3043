"""A photo's fields in three families as one trace, and everything that a page asks for at once."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import ResNetConfig, ResNetForImageClassification

from models.checkpoint import open_model
from models.comparison import efficiency
from models.errors import InputError
from models.pixels import prepare
from models.receptive_field import compare, convolution, effective, theoretical
from models.receptive_field.trace import cells, opened, place, theory, trace, window_distance
from models.swin import trace as swin
from models.traces import ReceptiveFieldTrace
from models.vit import trace as vit

POSITION = (0.3, 0.8)
PROCESSOR = {"image_processor_type": "ViTImageProcessor", "size": {"height": 64, "width": 64}}


@pytest.fixture(scope="session")
def tiny_resnet(tmp_path_factory):
    """Four stages of two basic layers on 64 x 64 pixels; like many of the Hub's, its config has no image_size."""
    torch.manual_seed(4)
    sizes = {"embedding_size": 8, "hidden_sizes": [8, 8, 12, 12], "depths": [2, 2, 2, 2], "num_labels": 5}
    folder = tmp_path_factory.mktemp("resnet")
    ResNetForImageClassification(ResNetConfig(**sizes, layer_type="basic")).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    return folder


@pytest.fixture(params=["tiny_resnet", "tiny_vit", "tiny_deit", "tiny_swin"])
def reference(request):
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def other():
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8))


def test_a_trace_holds_what_was_measured(reference, photo, other):
    seen = trace(opened(photo, reference), POSITION, [other, photo])
    _, model, processor = open_model(reference, effective.FAMILIES, "image")
    one, two = (prepare(image, processor, model.config) for image in (photo, other))
    units, box, centre = theory(model, one.shape[-1], POSITION)
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
    assert seen.layer_name == tuple(effective.layers(model))
    with torch.inference_mode():
        np.testing.assert_allclose(seen.probability, model(one).logits[0].softmax(-1), atol=1e-6)


def test_nothing_outside_the_theoretical_field_moves_the_unit(reference, photo):
    seen = trace(opened(photo, reference), POSITION)
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
    assert inside > 0 or seen.family in ("vit", "deit")


def test_the_box_grows_with_depth_and_its_radius_is_that_of_equal_pixels(reference, photo):
    seen = trace(opened(photo, reference), (0.5, 0.5))
    area = (seen.box[:, 2] - seen.box[:, 0]) * (seen.box[:, 3] - seen.box[:, 1])
    assert (np.diff(area) >= -1e-6).all()
    _, _, centre = theory(opened(photo, reference).model, seen.pixels.shape[0], (0.5, 0.5))
    whole = np.flatnonzero(area > 0.999)
    assert len(whole)
    expected = np.sqrt(1 / 6 + ((centre[whole] - 0.5) ** 2).sum(-1))
    np.testing.assert_allclose(seen.box_radius[whole], expected, rtol=0.02)


def test_attention_distance_and_rollout_belong_to_the_layers(tiny_vit, tiny_swin, tiny_resnet, photo):
    seen = trace(opened(photo, str(tiny_vit)), POSITION)
    attention = vit.trace(photo, str(tiny_vit)).attention
    token = 1 + 1 * 4 + 3
    rows, columns = np.divmod(np.arange(16), 4)
    away = np.hypot(rows - 1, columns - 3) * 8 / 32
    own = attention[:, :, token, 1:]
    expected = np.sqrt((own * away**2).sum(-1) / own.sum(-1)).mean(-1)
    np.testing.assert_allclose(seen.attention_distance, expected, rtol=1e-5)
    one = 0.5 * attention[0].mean(0) + 0.5 * np.eye(17)
    np.testing.assert_allclose(seen.rollout[0], one[token, 1:].reshape(4, 4), rtol=1e-4)

    block = swin.trace(photo, str(tiny_swin)).blocks[2]
    window, query = next(
        (w, s) for w, row in enumerate(block.window_token) for s, t in enumerate(row) if t == 1 * 4 + 3
    )
    expected = 0.0
    for head in block.attention[window]:
        places = [divmod(int(token), 4) for token in block.window_token[window]]
        expected += sum(w * ((a - 1) ** 2 + (b - 3) ** 2) for w, (a, b) in zip(head[query], places, strict=True)) ** 0.5
    assert window_distance(block, POSITION) == pytest.approx(expected / block.attention.shape[1], rel=1e-5)

    assert np.isnan(trace(opened(photo, str(tiny_resnet)), POSITION).attention_distance).all()


def test_cells_keep_a_fields_mean_and_its_zeros():
    field = np.zeros((1, 130, 130), np.float32)
    field[0, 0, 0] = 9
    kept = cells(field)
    assert kept.shape == (1, 43, 43)  # 130 has no divisor from 32 to 64
    assert cells(np.ones((1, 160, 224), np.float32)).shape == (1, 40, 56)
    assert kept.mean() == pytest.approx(1)
    assert np.count_nonzero(kept) == 1
    assert not cells(np.zeros((1, 8, 8), np.float32)).any()


@pytest.mark.parametrize(
    "position", [None, "middle", [0.5], [0.5, 1], [-0.1, 0.5], [0.5, None], [float("nan"), 0], {}, [True, 0]]
)
def test_a_position_outside_the_picture_is_refused(position):
    with pytest.raises(InputError, match=r"receptive_field\.position"):
        place(position)


def test_all_of_it_is_kept_and_comes_back(tiny_resnet, tiny_vit, tiny_swin, photo, tmp_path, monkeypatch, beats):
    monkeypatch.setattr(compare, "KERNELS", str(tiny_resnet))
    references = [str(tiny_resnet), str(tiny_vit), str(tiny_swin)]
    seen = compare.compare(photo, references, [0.5, 0.5], [], "stage 2, layer 2", beats)
    assert beats.count > 30
    again = compare.look(photo, references, [0.5, 0.5], [], "stage 2, layer 2")
    assert again.request == seen.request != compare.request(photo, references, "stage 3, layer 2")
    assert compare.request(photo.rotate(90), references, "stage 2, layer 2") != seen.request
    plain, turned = (compare.request(Image.new("RGB", size), [], None) for size in ((20, 10), (10, 20)))
    assert plain != turned
    assert [column.family for column in seen.columns] == ["resnet", "vit", "swin"]
    for evidence, column in zip(seen.evidence, seen.columns, strict=True):
        assert evidence.label == column.labels[int(column.probability.argmax())]
        assert evidence.integrated.sum() == pytest.approx(
            evidence.logit_difference + evidence.completeness_error, abs=1e-4
        )
    assert [np.isfinite(evidence.grad_cam).all() for evidence in seen.evidence] == [True, False, False]
    seen.save(tmp_path / "run.npz")
    back = ReceptiveFieldTrace.load(tmp_path / "run.npz")
    np.testing.assert_allclose(back.columns[2].field, seen.columns[2].field, rtol=1e-3, atol=1e-4)
    assert back.sweep[0].layer == "stage 2, layer 2"
    assert not again.evidence
    assert [(one.tile, one.shift) for one in seen.awareness] == [(8, 16), (8, 8), (4, 8)]
    vit_moves = seen.awareness[1].probability
    np.testing.assert_allclose(vit_moves[1, 1:3], vit_moves[1, [0, 0]], atol=1e-6)  # a bag of patches
    models = [open_model(reference, effective.FAMILIES, "image").model for reference in references]
    assert seen.efficiency[0].parameters.tolist() == [efficiency.parameters(model) for model in models]
    sides = [(column.pixels.shape[:2]) for column in seen.columns]
    counted = [efficiency.multiply_adds(model, side) for model, side in zip(models, sides, strict=True)]
    assert seen.efficiency[0].multiply_adds.tolist() == counted
    assert seen.published[0].size[seen.published[0].model.index("vgg16")] == 212  # Araujo et al. 2019, table 1


def test_the_sweep_is_the_convolution_of_the_models_own_map(tiny_resnet, photo):
    seen = convolution.sweep(photo, str(tiny_resnet), "stage 3, layer 2")
    _, model, processor = open_model(str(tiny_resnet), effective.FAMILIES, "image")
    body = model.base_model
    with torch.inference_mode():
        state = body.embedder(prepare(photo, processor, model.config))
        for stage in body.encoder.stages[:2]:
            state = stage(state)
        state = body.encoder.stages[2].layers[0](state)
        convolved = body.encoder.stages[2].layers[1].layer[0].convolution(state)[0]
    assert seen.largest == pytest.approx(float(convolved.abs().max()), rel=1e-5)
    assert seen.channels == (12, 12)
    assert seen.attention.shape == (len(convolution.ALPHAS), 9, 4, 4)
    np.testing.assert_allclose(seen.attention.sum((-1, -2)), 1, rtol=1e-6)
    inside = [error[seen.interior].max() for error in seen.error]
    assert inside[0] > 0.01 and inside[-1] < 1e-12 and inside == sorted(inside, reverse=True)
    assert seen.error[-1][~seen.interior].max() > 0.01


@pytest.mark.parametrize("layer", [None, "stage 2, layer 1", "stage 9, layer 2", ["stage 2, layer 2"]])
def test_another_layer_is_refused(tiny_resnet, photo, layer):
    with pytest.raises(InputError, match=r"receptive_field\.layer"):
        convolution.sweep(photo, str(tiny_resnet), layer)


def test_what_was_chosen_is_checked_before_anything_is_computed(tiny_vit, photo, monkeypatch):
    monkeypatch.setattr(compare, "trace", None)
    monkeypatch.setattr(convolution, "equal", None)
    good = [str(tiny_vit)] * 2
    for references, spot, code in (([*good, "nothing"], [0.5, 0.5], "unknown"), (good, [2, 0], "position")):
        with pytest.raises(InputError, match=code):
            compare.compare(photo, references, spot, [], "stage 2, layer 2")


def test_theory_does_not_mind_the_hooks_of_another_visitors_run(tiny_resnet, photo):
    one = opened(photo, str(tiny_resnet))
    alone = theory(one.model, 64, POSITION)
    hook = one.model.base_model.encoder.stages[-1].register_forward_hook(lambda *_: None)
    np.testing.assert_array_equal(theory(one.model, 64, POSITION)[1], alone[1])
    hook.remove()


def test_squares_stay_in_the_box_and_units_stand_nearest_to_the_point(tiny_swin, tiny_resnet, photo):
    for position in ((0.26, 0.26), (0.01, 0.99), (0.62, 0.4)):
        for folder in (tiny_swin, tiny_resnet):
            seen = trace(opened(photo, str(folder)), position)
            area = (seen.box[:, 2] - seen.box[:, 0]) * (seen.box[:, 3] - seen.box[:, 1])
            assert (seen.area <= area[None, None, :, None, None] + 1e-6).all()


@pytest.mark.parametrize("side", [64, 150, 200])
def test_a_resnets_unit_is_the_one_whose_field_is_centred_nearest(tiny_resnet, photo, side):
    model = opened(photo, str(tiny_resnet)).model
    known = {layer.name: layer for layer in theoretical.fields(model, side)}
    for position in ((0.26, 0.4), (0.0, 0.999), (0.7, 0.71)):
        units, _, centre = theory(model, side, position)
        for name, unit, middle in zip(effective.layers(model), units, centre, strict=True):
            layer = known.get(name) or known["embedder pooling"]
            centres = layer.row.start + np.arange(layer.grid[0]) * layer.row.jump
            for share, index, at in zip(position, unit, middle, strict=True):
                away = abs(centres - share * side)
                assert away[index] == away.min()
                assert at * side == pytest.approx(centres[index])
