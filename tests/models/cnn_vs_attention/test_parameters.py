"""Counts against formulas worked out by hand."""

import json
from typing import Any

import numpy as np
import pytest
from torch import nn
from transformers import ResNetConfig, ResNetForImageClassification, ViTConfig, ViTForImageClassification

from models.checkpoint import BUNDLED
from models.cnn_vs_attention.parameters import (
    WIDTHS,
    layer_parameters,
    model_cost,
    multiply_adds,
    parameters,
    recorded_accuracy,
    trace,
)
from models.errors import InputError


def test_a_convolution_and_a_matrix():
    network = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 4 * 6, 5))
    assert parameters(network) == (9 * 3 * 8 + 8) + (192 * 5 + 5)
    assert multiply_adds(network, (8, 12)) == 24 * 9 * 3 * 8 + 192 * 5


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_a_vit(attention):
    width, inner, tokens, depth = 24, 40, 17, 3
    sizes: dict[str, Any] = {
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": depth,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
        "num_labels": 5,
        "attn_implementation": attention,
    }
    cost = model_cost(ViTForImageClassification(ViTConfig(**sizes)).eval(), (32, 32), "")
    layer = 4 * (width**2 + width) + 2 * width * inner + inner + width + 4 * width
    patches = 3 * 64 * width
    assert cost.parameters == patches + width + (1 + tokens) * width + depth * layer + 2 * width + 5 * width + 5
    attended = 4 * tokens * width**2 + 2 * tokens**2 * width
    assert cost.multiply_adds == 16 * patches + depth * (attended + 2 * tokens * width * inner) + 5 * width
    assert cost.val_accuracy is None


def test_a_swin(opened):
    model = opened("tiny_swin").model
    attended = {
        side: 4 * side**2 * width**2 + 2 * 2**2 * side**2 * width for side, width in ((8, 12), (4, 24), (2, 48))
    }
    blocks = sum(2 * (attended[side] + 8 * side**2 * width**2) for side, width in ((8, 12), (4, 24), (2, 48)))
    merging = 16 * 4 * 12 * 24 + 4 * 4 * 24 * 48
    assert model_cost(model, (32, 32), "").multiply_adds == 64 * 48 * 12 + blocks + merging + 48 * 5


def test_a_deit_has_a_second_prefix_token_and_head(opened):
    model = opened("tiny_deit").model
    layer = 4 * 18 * 24**2 + 2 * 18**2 * 24 + 2 * 18 * 24 * 48
    assert model_cost(model, (32, 32), "").multiply_adds == 16 * 192 * 24 + 3 * layer + 2 * 24 * 5


def test_a_resnet():
    sizes = {"embedding_size": 8, "hidden_sizes": [8, 12], "depths": [1, 1], "num_labels": 5}
    model = ResNetForImageClassification(ResNetConfig(**sizes, layer_type="basic")).eval()
    weights = 49 * 3 * 8, 2 * 9 * 8 * 8, 9 * 8 * 12 + 9 * 12 * 12 + 8 * 12, 12 * 5
    cost = model_cost(model, (32, 32), "")
    assert cost.parameters == sum(weights) + 2 * (8 + 2 * 8 + 3 * 12) + 5
    assert cost.multiply_adds == 16**2 * weights[0] + 8**2 * weights[1] + 4**2 * weights[2] + weights[3]


def test_a_vit_refuses_another_size(opened):
    model = opened("tiny_vit").model
    with pytest.raises(ValueError, match="size"):
        model_cost(model, (40, 40), "")


@pytest.mark.parametrize("name", ["vit-imagenette", "swin-imagenette"])
def test_the_accuracy_of_a_bundled_model_is_its_record(name):
    assert recorded_accuracy(name) == json.loads((BUNDLED / name / "recipe.json").read_text())["val_accuracy"]


@pytest.mark.parametrize("name", ["marian-multi30k", "owner/name", "", "../checkpoints/vit-imagenette"])
def test_others_have_no_recorded_accuracy(name):
    assert recorded_accuracy(name) is None


@pytest.mark.parametrize("width", [48, 768])
def test_a_layer_of_each_kind(width):
    seen = layer_parameters(width)
    assert seen["convolution"] == (9 * width**2, width, 0)
    assert seen["attention"] == (4 * width**2, 4 * width, 0)
    assert seen["vit_layer"] == (12 * width**2, 9 * width, 4 * width)
    assert seen["vit_layer"].total == 12 * width**2 + 13 * width
    assert seen["attention"].total < seen["convolution"].total < seen["vit_layer"].total


def test_a_trace_tells_what_the_three_models_have_at_their_own_size(three, beats):
    seen = trace(**three, progress=beats)
    assert beats.count == 3
    assert seen.model == tuple(one.reference for one in three.values())
    assert seen.parameters.tolist() == [parameters(one.model) for one in three.values()]
    sizes = ((64, 64), (32, 32), (32, 32))
    expected = [multiply_adds(one.model, size) for one, size in zip(three.values(), sizes, strict=True)]
    assert seen.multiply_adds.tolist() == expected
    assert np.isnan(seen.val_accuracy).all()
    assert (seen.kind, tuple(seen.n_embd)) == (("convolution", "attention", "vit_layer"), WIDTHS)
    assert seen.weights[:, 0].tolist() == [9 * 32**2, 4 * 32**2, 12 * 32**2]


def test_a_model_that_does_not_fit_is_refused_before_anything_is_counted(three, monkeypatch):
    monkeypatch.setattr("models.resnet.layers.MAX_SIDE", 63)
    with pytest.raises(InputError, match=r"model\.size"):
        trace(**{**three, "third_model": three["first_model"]})
