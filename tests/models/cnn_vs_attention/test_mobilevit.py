"""A MobileViT in a column of every comparison: convolutions and attention in one model."""

import numpy as np
import pytest

from models import families
from models.cnn_vs_attention import attribution, parameters, position_ablation
from models.receptive_field.trace import reach


@pytest.fixture
def columns(opened, three):
    """It in the place of the third model."""
    return {**three, "third_model": opened("saved_mobilevit")}


def test_its_field_and_the_attention_of_its_transformer_layers_are_measured(columns, photo):
    seen = reach(photo, **columns).columns[2]
    attends = ["attention" in name for name in seen.layer_name]
    assert np.array_equal(np.isfinite(seen.attention_distance), attends) and sum(attends) == 2 + 4 + 3
    assert np.isnan(seen.rollout).all()
    whole = np.all(seen.box == [0, 0, 1, 1], axis=-1)
    assert whole.argmax() <= attends.index(True) and whole[attends.index(True) :].all()


def test_its_parameters_and_multiply_adds_are_counted(columns):
    """A picture of twice the size costs twice as much, but for attention in sets (four times) and the head (once)."""
    seen, model = parameters.trace(**columns), columns["third_model"].model
    assert seen.parameters[2] == sum(parameter.numel() for parameter in model.parameters())
    longer = parameters.multiply_adds(model, (256, 128)) - 2 * parameters.multiply_adds(model, (128, 128))
    blocks = ((8, 2, 16), (8, 4, 8), (12, 3, 4))
    scores = sum(depth * 4 * 2 * width * 2 * (side // 2) ** 4 for width, depth, side in blocks)
    assert longer == scores - model.classifier.weight.numel()
    assert np.isnan(seen.val_accuracy[2])


def test_it_knows_positions_by_its_convolutions_and_has_none_to_remove(columns, photo):
    seen = position_ablation.trace(photo, **columns).columns[2]
    assert seen.probability.shape[:2] == (1, 4) and seen.tile == 128 // 8
    assert (seen.similarity[0, 1:] < 0.999).all()


def test_its_answer_is_attributed_and_its_last_map_gives_grad_cam(columns, photo):
    seen = attribution.trace(photo, **columns).columns[2]
    last = families.layers(columns["third_model"].model).convolutional(columns["third_model"].model)
    assert last is not None and seen.grad_cam.shape == seen.integrated_gradients.shape == (128, 128)
    assert seen.grad_cam.min() >= 0 and np.isfinite(seen.grad_cam).all()
