"""The curves of removed and kept patches, recomputed picture by picture, and the orders that they follow."""

import numpy as np
import pytest
import torch
from transformers import ViTConfig, ViTForImageClassification

from models.attention import rollout
from models.checkpoint import open_model
from models.errors import InputError
from models.families import VIT
from models.prepared import prepare_model
from models.traces import PATCH_CHANGES, PATCH_ORDERS
from models.vit import patch_deletion
from models.vit.patch_deletion import importance, kept_patches, trace
from models.vit.relevance import relevance
from models.vit.trace import trace as vit_trace
from tests.models.conftest import SIZES, save


def picture(pixels, removed, columns, side=8):
    """The photo with zeros in the place of these patches, one after another."""
    made = pixels.clone()
    for patch in removed:
        row, column = divmod(int(patch), columns)
        made[:, :, row * side : (row + 1) * side, column * side : (column + 1) * side] = 0
    return made


@pytest.mark.parametrize("name", ["tiny_vit", "tiny_deit"])
def test_every_point_is_the_models_answer_to_that_picture(name, opened, photo):
    model = opened(name)
    found, prepared = trace(model, photo), prepare_model(photo, model)
    assert found.label == prepared.probability().argmax()
    assert found.count.tolist() == [0, 2, 3, 5, 6, 8, 10, 11, 13, 14, 16]
    by_name = importance(model.model, prepared.pixels, found.label)
    drawn = [np.random.default_rng(seed).permutation(16) for seed in (0, 1, 2)]
    orders = [np.argsort(-by_name[order], kind="stable") for order in PATCH_ORDERS]
    for order, patches in enumerate([*orders, *drawn, *(one[::-1] for one in drawn)]):
        for step, count in enumerate(found.count):
            for change, removed in enumerate((patches[:count], patches[count:])):
                with torch.inference_mode():
                    expected = model.model(picture(prepared.pixels, removed, 4)).logits[0].softmax(-1).numpy()
                if order < len(PATCH_ORDERS):
                    assert found.probability[change, order, step] == pytest.approx(expected[found.label], abs=1e-5)
                    assert found.answer[change, order, step] == expected.argmax()
                else:
                    point = found.random_probability[change, order - len(PATCH_ORDERS), step]
                    assert point == pytest.approx(expected[found.label], abs=1e-5)
    assert np.ptp(found.probability) > 0.05


def test_the_orders_are_those_that_the_rest_of_the_lab_shows(opened, photo):
    for name, read in (("tiny_vit", [0]), ("tiny_deit", [0, 1])):
        model, seen = opened(name), vit_trace(opened(name), photo)
        pixels = prepare_model(photo, model).pixels
        found = importance(model.model, pixels, 2)
        begin = len(seen.prefix)
        np.testing.assert_allclose(found["attention"], seen.attention[-1].mean(0)[read, begin:].mean(0), rtol=1e-5)
        np.testing.assert_allclose(found["rollout"], rollout(seen.attention)[-1][read, begin:].mean(0), rtol=1e-5)
        np.testing.assert_array_equal(found["relevance"], relevance(model.model, pixels, [2])[0, -1])
        nearest = np.argsort(-found["blob"], kind="stable")
        assert nearest.tolist() == [5, 6, 9, 10, 1, 2, 4, 7, 8, 11, 13, 14, 0, 3, 12, 15]


def test_what_is_removed_of_one_order_is_kept_of_its_reverse():
    order = np.array([2, 0, 1])
    removed, kept = kept_patches(np.stack([order, order[::-1]]), np.array([0, 1, 3]))
    assert removed[0].tolist() == [[True] * 3, [True, True, False], [False] * 3]
    assert kept[0].tolist() == [[False] * 3, [False, False, True], [True] * 3]
    assert kept[1, 1].tolist() == [False, True, False]


def test_areas_are_those_under_the_curves(opened, photo):
    found = trace(opened("tiny_vit"), photo)
    share = found.count / 16
    for change in range(len(PATCH_CHANGES)):
        for curve, area in zip(found.probability[change], found.area[change], strict=True):
            halves = [(curve[i] + curve[i + 1]) / 2 * (share[i + 1] - share[i]) for i in range(10)]
            assert area == pytest.approx(sum(halves))
    np.testing.assert_allclose(found.random_area[0], np.roll(found.random_area[1], 3), rtol=1e-5)


def test_few_pictures_share_a_pass_and_equal_ones_are_computed_once(opened, photo, monkeypatch, beats):
    model, sizes = opened("tiny_vit"), []
    together = trace(model, photo)
    monkeypatch.setattr(patch_deletion, "PASS_PIXELS", 3 * 32 * 32)
    counting = model.model.register_forward_pre_hook(lambda _, given: sizes.append(len(given[0])))
    try:
        found = trace(model, photo, beats)
    finally:
        counting.remove()
    np.testing.assert_allclose(found.probability, together.probability, atol=1e-6)
    whole, *passes = sizes
    assert whole == 1 and max(passes) == 3 and beats.count == len(passes)
    assert sum(passes) <= 2 + (2 * len(PATCH_ORDERS) + 6) * 9
    beats.stop_at = beats.count + 2
    with pytest.raises(TimeoutError):
        trace(model, photo, beats)


def test_pixels_that_no_patch_reads_and_a_model_of_few_patches(tmp_path, photo):
    torch.manual_seed(6)
    model = ViTForImageClassification(ViTConfig(**{**SIZES, "image_size": [17, 30], "patch_size": 15}))
    found = trace(open_model(str(save(model, tmp_path)), VIT, "image"), photo)
    assert found.count.tolist() == [0, 1, 2]
    assert found.probability.shape == found.answer.shape == (2, len(PATCH_ORDERS), 3)


def test_a_model_that_gives_no_numbers_is_refused(tmp_path, photo):
    model = ViTForImageClassification(ViTConfig(**SIZES))
    for parameter in model.classifier.parameters():
        torch.nn.init.constant_(parameter, float("nan"))
    with pytest.raises(InputError, match="no_numbers"):
        trace(open_model(str(save(model, tmp_path)), VIT, "image"), photo)
