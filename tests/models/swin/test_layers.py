"""Swin's blocks against brute force: recomputed from weights and inputs, and from the library's mask."""

from typing import Any

import numpy as np
import pytest
import torch
from transformers import SwinConfig, SwinModel
from transformers.models.swin.modeling_swin import SwinLayer

from models.errors import InputError
from models.pixels import prepare
from models.swin import layers
from models.swin.trace import record
from models.swin.windows import group, reach, region_ids, window_partition, window_token


@pytest.fixture
def prepared(opened, photo):
    """The tiny Swin and the photo's pixels."""
    _, model, processor = opened("tiny_swin")
    return model, prepare(photo, processor, model.config)


def map_attention(attention, window_token):
    """Window attention (window, head, query, key) as attention over the whole map: (head, token, other token)."""
    windows, heads, slots, _ = attention.shape
    mapped = np.zeros((heads, windows * slots, windows * slots), attention.dtype)
    for tokens, weights in zip(window_token, attention, strict=True):
        mapped[:, tokens[:, None], tokens[None]] = weights
    return mapped


@pytest.mark.parametrize("size", [(32, 32), (64, 32), (16, 16)])
def test_blocks_are_where_the_library_has_them(size):
    """The library clamps window and shift to the map when a block runs."""
    sizes = {"patch_size": 4, "window_size": 2, "embed_dim": 12, "depths": [2, 2], "num_heads": [2, 3]}
    config = SwinConfig(**sizes, image_size=size)
    fresh: Any = SwinModel(config).eval()
    with torch.inference_mode():
        state, grid = fresh.embeddings(torch.zeros(1, 3, *size))
        found = iter(layers.blocks(config, size))
        for number, stage in enumerate(fresh.encoder.layers):
            for layer in stage.blocks:
                state, _ = layer(state, grid)
                assert next(found) == (number, grid, int(layer.window_size), int(layer.shift_size))
            if stage.downsample is not None:
                state, grid = stage.downsample(state, grid), (grid[0] // 2, grid[1] // 2)
    assert next(found, None) is None


def test_every_block_follows_from_our_mapped_attention(prepared):
    """Recompute each block's output from attention over the whole map, the values and the weights."""
    model, pixels = prepared
    with torch.inference_mode():
        state, grid = model.base_model.embeddings(pixels)
        places = iter(layers.blocks(model.config, (32, 32)))
        for stage in model.base_model.encoder.layers:
            for layer in stage.blocks:
                after, attention = layer(state, grid)
                block = record(next(places), attention.numpy())
                mapped = torch.from_numpy(map_attention(block.attention, block.window_token))
                np.testing.assert_allclose(mapped.sum(-1), 1, atol=1e-5)
                inner = layer.attention
                value = inner.v_proj(layer.layernorm_before(state))[0].unflatten(-1, (inner.num_attention_heads, -1))
                context = inner.o_proj((mapped @ value.transpose(0, 1)).transpose(0, 1).flatten(1))
                middle = state + context
                torch.testing.assert_close(middle + layer.mlp(layer.layernorm_after(middle)), after, atol=1e-4, rtol=0)
                state = after
            if stage.downsample is not None:
                state, grid = stage.downsample(state, grid), (grid[0] // 2, grid[1] // 2)


def test_window_attention_is_masked_global_attention(prepared):
    """Brute force: scores of every token with every other, plus bias, softmax only over who is visible."""
    model, pixels = prepared
    with torch.inference_mode():
        state, grid = model.base_model.embeddings(pixels)
        places = iter(layers.blocks(model.config, (32, 32)))
        for layer in model.base_model.encoder.layers[0].blocks:
            after, attention = layer(state, grid)
            block = record(next(places), attention.numpy())
            inner, tokens = layer.attention, state.shape[1]
            heads = inner.num_attention_heads
            normed = layer.layernorm_before(state)[0]
            query, key = (
                part(normed).unflatten(-1, (heads, -1)).transpose(0, 1) for part in (inner.q_proj, inner.k_proj)
            )
            scores = query @ key.transpose(1, 2) / query.shape[-1] ** 0.5
            window, shift = block.window_size, block.shift_size
            row, column = (np.indices(grid).reshape(2, -1) - shift) % np.array(grid)[:, None]
            step = [np.subtract.outer(axis % window, axis % window) + window - 1 for axis in (row, column)]
            bias = inner.relative_position_bias.relative_position_bias_table[step[0] * (2 * window - 1) + step[1]]
            numbers = group(grid, window, shift)
            hidden = torch.from_numpy(numbers[:, None] != numbers[None])
            brute = (scores + bias.permute(2, 0, 1)).masked_fill(hidden, -torch.inf).softmax(-1)
            mapped = map_attention(block.attention, block.window_token)
            assert mapped.shape == (heads, tokens, tokens)
            np.testing.assert_allclose(mapped, brute.numpy(), atol=1e-6)
            state = after


@pytest.mark.parametrize(("side", "window", "shift"), [(8, 2, 1), (32, 4, 2), (56, 7, 3)])
def test_the_mask_is_the_librarys(side, window, shift):
    config = SwinConfig(image_size=4 * side, window_size=window)
    layer: Any = SwinLayer(config, 8, (side, side), num_heads=2, shift_size=shift)
    mask = layer.get_attn_mask(side, side, dtype=torch.float32, device=torch.device("cpu"))
    region = window_partition(region_ids((side, side), window, shift), window)  # window, slot
    np.testing.assert_array_equal(region[:, :, None] == region[:, None, :], mask.numpy() == 0)


def test_reach_is_where_the_jacobian_is_not_zero(prepared):
    """With random weights, in float64: the -100 of the mask leaves 1e-44, which counts as nothing."""
    model, pixels = prepared
    blocks = layers.blocks(model.config, (32, 32))
    groups = [group(block.grid, block.window_size, block.shift_size) for block in blocks]
    grids = [block.grid for block in blocks]
    double = type(model)(model.config).double().eval()
    torch.manual_seed(0)
    for parameter in double.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    with torch.no_grad():
        first, grid = double.base_model.embeddings(pixels.double())
    for patch in (0, 9, 27, 63):
        expected = reach(groups, grids, patch)
        for count in range(1, len(blocks) + 1):
            state = first.clone().requires_grad_()
            out, size = state, grid
            passed = 0
            for stage in double.base_model.encoder.layers:
                for layer in stage.blocks:
                    if passed < count:
                        out, passed = layer(out, size)[0], passed + 1
                if passed < count and stage.downsample is not None:
                    out, size = stage.downsample(out, size), (size[0] // 2, size[1] // 2)
            shrunk = grid[0] // size[0]
            row, column = divmod(patch, grid[1])
            token = row // shrunk * size[1] + column // shrunk
            (gradient,) = torch.autograd.grad(out[0, token].sum(), state)
            reached = gradient[0].abs().sum(-1).numpy() > 1e-30
            np.testing.assert_array_equal(reached, expected[count], err_msg=f"patch {patch} after {count} blocks")


def test_swins_reach_is_where_its_gradient_goes():
    torch.manual_seed(0)
    options: dict[str, Any] = {"image_size": 32, "patch_size": 2, "embed_dim": 8, "depths": [2, 2], "num_heads": [1, 1]}
    config = SwinConfig(**{**options, "window_size": 4, "attn_implementation": "eager"})
    model: Any = SwinModel(config).double().eval()
    reached = layers.theoretical_reach(config, 32, 5, 10)
    assert reached.shape == (5, 16, 16)
    assert reached[0].sum() == 1
    x = torch.rand(1, 3, 32, 32, dtype=torch.float64).requires_grad_()
    state, grid = model.embeddings(x)
    depth = 0
    for stage in model.encoder.layers:
        for block in stage.blocks:
            state, _ = block(state, grid)
            depth += 1
            row, column = (place * grid[0] // 16 for place in (5, 10))
            unit = state[0, row * grid[1] + column] @ torch.arange(state.shape[-1], dtype=torch.float64)
            (gradient,) = torch.autograd.grad(unit, x, retain_graph=True)
            patches = gradient[0].abs().sum(0).reshape(16, 2, 16, 2).sum((1, 3)).numpy()
            np.testing.assert_array_equal(patches > 1e-25, reached[depth])
        if stage.downsample is not None:
            state, grid = stage.downsample(state, grid), (grid[0] // 2, grid[1] // 2)
    with pytest.raises(InputError, match="outside"):
        layers.theoretical_reach(config, 32, 16, 0)


@pytest.mark.parametrize("position", [(0.0, 0.0), (0.3, 0.8), (0.99, 0.5)])
def test_window_distance_is_that_of_the_positions_own_token(prepared, position):
    model, pixels = prepared
    with torch.inference_mode():
        attention = layers.walk(model, pixels).attention[2].numpy()
    block = layers.blocks(model.config, (32, 32))[2]
    tokens = window_token(block.grid, block.window_size, block.shift_size)
    own = int(position[0] * 4), int(position[1] * 4)
    window, query = next((w, s) for w, row in enumerate(tokens) for s, t in enumerate(row) if t == own[0] * 4 + own[1])
    places = [divmod(int(token), 4) for token in tokens[window]]
    away = [(row - own[0]) ** 2 + (column - own[1]) ** 2 for row, column in places]
    by_head = [sum(w * d for w, d in zip(head[query], away, strict=True)) ** 0.5 for head in attention[window]]
    distance = layers.window_distance(block, attention, position)
    assert distance == pytest.approx(sum(by_head) / len(by_head) / 4, rel=1e-5)


def test_maps_that_are_no_whole_windows_and_attention_that_is_too_large_are_refused(opened, monkeypatch):
    model = opened("tiny_swin").model
    layers.check(model, (32, 32), "tiny")
    with pytest.raises(InputError, match=r"model\.windows"):
        layers.check(model, (36, 36), "tiny")
    monkeypatch.setattr("models.attention.MAX_VALUES", 100)
    with pytest.raises(InputError, match="attention_too_large"):
        layers.check(model, (32, 32), "tiny")
