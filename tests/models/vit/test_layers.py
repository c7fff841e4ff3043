"""What a ViT's file tells of its modules, and what the lab refuses."""

from types import SimpleNamespace

import pytest
import torch

from models.errors import InputError
from models.vit import layers


@pytest.mark.parametrize(("size", "grid"), [((32, 32), (4, 4)), ((30, 30), (3, 3)), ((32, 30), (4, 3))])
def test_only_whole_patches_are_on_the_grid(size, grid):
    assert layers.grid(SimpleNamespace(config=SimpleNamespace(patch_size=8)), size) == grid


def test_attention_that_is_too_large_is_refused(opened, monkeypatch):
    model = opened("tiny_vit").model
    layers.check(model, (32, 32), "tiny")
    monkeypatch.setattr("models.attention.MAX_VALUES", 3 * 2 * 17**2 - 1)
    with pytest.raises(InputError, match="attention_too_large"):
        layers.check(model, (32, 32), "tiny")


def test_prefix_tokens_are_not_on_the_map(opened):
    """The patches of the first layer's input are the embedded patches with their positions, CLS left out."""
    model = opened("tiny_deit").model
    pixels = torch.randn(1, 3, 32, 32, generator=torch.manual_seed(5))
    with torch.inference_mode():
        state = layers.walk(model, pixels).states[0]
        first = layers.maps(model, [state, state], (32, 32))[0]
        expected = layers.patch_embeddings(model, pixels) + layers.position_embeddings(model)[2:]
    torch.testing.assert_close(first[0].flatten(1).T, expected, rtol=0, atol=1e-6)
