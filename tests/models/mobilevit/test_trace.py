"""A MobileViT's trace: the plain forward's answer, and what the walk computes."""

import numpy as np
import pytest
import torch

from models.errors import InputError
from models.mobilevit import layers
from models.mobilevit.trace import trace
from models.prepared import prepare_model
from models.traces import MobileVitTrace


@pytest.fixture
def seen(opened, photo):
    return trace(opened("saved_mobilevit"), photo)


@pytest.fixture
def prepared(opened, photo):
    return prepare_model(photo, opened("saved_mobilevit"))


def test_the_probabilities_are_the_plain_forwards(seen, prepared):
    with torch.inference_mode():
        plain = prepared.model(prepared.pixels).logits[0].softmax(-1)
    np.testing.assert_allclose(seen.probability, plain, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(seen.pixels, prepared.picture())


def test_each_block_holds_the_maps_and_the_attention_of_the_walk(seen, prepared):
    model, size = prepared.model, prepared.size
    with torch.inference_mode():
        walk = layers.walk(model, prepared.pixels)
    found = dict(zip(layers.names(model), walk.states, strict=True))
    looked = iter(walk.attention)
    assert [(block.stage, block.grid, block.jump) for block in seen.blocks] == [
        (3, (16, 16), 8),
        (4, (8, 8), 16),
        (5, (4, 4), 32),
    ]
    for block, depth in zip(seen.blocks, (2, 4, 3), strict=True):
        attends = [f"attention {layer}" for layer in range(1, depth + 1)]
        names = [f"stage {block.stage}, {part}" for part in ("downsampling", "local", *attends, "fusion")]
        own = [layer for layer in layers.layers(model, size) if layer.name in names]
        assert [layer.name for layer in own] == names and all(layer.block == block.stage for layer in own)
        for index, name in enumerate(names):
            np.testing.assert_allclose(block.size[index], found[name][0].abs().mean(0), rtol=0, atol=1e-6)
        for attention in block.attention:
            np.testing.assert_array_equal(attention, next(looked))
            np.testing.assert_allclose(attention.sum(-1), 1, atol=1e-5)
        assert block.attention.shape[:3] == (depth, 4, 4)
    assert next(looked, None) is None


def test_a_unit_of_a_block_sees_the_box_that_its_maps_tell(seen, prepared):
    """Measured by the gradient, at places inside and at a border."""
    model, side = prepared.model, prepared.size[0]
    pixels = prepared.pixels.clone().requires_grad_()
    states = layers.walk(model, pixels).states
    named = dict(zip(layers.layers(model, prepared.size), states, strict=True))
    for block in seen.blocks:
        maps = [(layer, state) for layer, state in named.items() if layer.block == block.stage]
        for index, (_, state) in enumerate(maps):
            for row, column in ((0, 1), (block.grid[0] // 2, block.grid[1] - 1)):
                (gradient,) = torch.autograd.grad(state[0, :, row, column].square().sum(), pixels, retain_graph=True)
                reached = gradient[0].abs().sum(0).numpy() > 0
                for axis, at in ((1, row), (0, column)):
                    edges = [int(bound[index]) + at * block.jump for bound in (block.left, block.right)]
                    wanted = [0, side] if block.everywhere[index] else np.clip(edges, 0, side).tolist()
                    places = np.flatnonzero(reached.any(axis))
                    assert [places[0], places[-1] + 1] == wanted


def test_it_is_saved_and_read_again(seen, tmp_path):
    seen.save(tmp_path / "a.npz")
    again = MobileVitTrace.load(tmp_path / "a.npz")
    np.testing.assert_allclose(again.blocks[0].attention, seen.blocks[0].attention, rtol=1e-3, atol=1e-6)
    assert again.blocks[1].stage == 4 and again.labels == seen.labels


def test_a_model_that_gives_no_numbers_is_refused(opened, photo, monkeypatch):
    mobilevit = opened("saved_mobilevit")
    broken = torch.full_like(mobilevit.model.classifier.bias, torch.nan)
    monkeypatch.setattr(mobilevit.model.classifier, "bias", torch.nn.Parameter(broken))
    with pytest.raises(InputError, match=r"model\.no_numbers"):
        trace(mobilevit, photo)
