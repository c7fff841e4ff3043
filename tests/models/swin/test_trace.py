import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import SwinConfig
from transformers.models.swin.modeling_swin import SwinLayer

from models.checkpoint import open_model
from models.errors import InputError
from models.pixels import prepare
from models.swin.trace import FAMILIES, predict, trace, walk
from models.swin.windows import (
    group,
    map_attention,
    reach,
    region_ids,
    visible,
    window_partition,
    window_reverse,
    window_token,
)
from models.traces import PatchesTrace, SwinBlock
from models.vit.trace import trace as vit_trace


@pytest.fixture
def opened(tiny_swin):
    return open_model(str(tiny_swin), FAMILIES, "image")


@pytest.fixture
def seen(tiny_swin, photo):
    return trace(photo, str(tiny_swin))


def test_walk_equals_the_plain_forward(opened, photo):
    _, model, processor = opened
    pixels = prepare(photo, processor, model.config)
    with torch.inference_mode():
        state, blocks = walk(model, pixels)
        plain = model(pixels, output_attentions=True)
        torch.testing.assert_close(predict(model, state), plain.logits, rtol=0, atol=1e-5)
    assert len(blocks) == 6
    for last, attention in zip((blocks[1], blocks[3], blocks[5]), plain.attentions, strict=True):
        np.testing.assert_allclose(last.attention, attention.numpy(), atol=1e-6)


def test_every_block_follows_from_our_mapped_attention(opened, photo):
    """Recompute each block's output from attention over the whole map, the values and the weights."""
    _, model, processor = opened
    with torch.inference_mode():
        state, grid = model.base_model.embeddings(prepare(photo, processor, model.config))
        for stage in model.base_model.encoder.layers:
            for layer in stage.blocks:
                after, attention = layer(state, grid)
                record = one_block(layer, grid, attention)
                mapped = torch.from_numpy(map_attention(record.attention, record.window_token))
                np.testing.assert_allclose(mapped.sum(-1), 1, atol=1e-5)
                inner = layer.attention
                value = inner.v_proj(layer.layernorm_before(state))[0].unflatten(-1, (inner.num_attention_heads, -1))
                context = inner.o_proj((mapped @ value.transpose(0, 1)).transpose(0, 1).flatten(1))
                middle = state + context
                torch.testing.assert_close(middle + layer.mlp(layer.layernorm_after(middle)), after, atol=1e-4, rtol=0)
                state = after
            if stage.downsample is not None:
                state, grid = stage.downsample(state, grid), (grid[0] // 2, grid[1] // 2)


def one_block(layer, grid, attention):
    window, shift = int(layer.window_size), int(layer.shift_size)
    return SwinBlock(
        0, grid, window, shift, window_token(grid, window, shift), region_ids(grid, window, shift), attention.numpy()
    )


def test_window_attention_is_masked_global_attention(opened, photo):
    """Brute force: scores of every token with every other, plus bias, softmax only over who is visible."""
    _, model, processor = opened
    with torch.inference_mode():
        state, grid = model.base_model.embeddings(prepare(photo, processor, model.config))
        for layer in model.base_model.encoder.layers[0].blocks:
            after, attention = layer(state, grid)
            record = one_block(layer, grid, attention)
            inner, tokens = layer.attention, state.shape[1]
            heads = inner.num_attention_heads
            normed = layer.layernorm_before(state)[0]
            query, key = (
                part(normed).unflatten(-1, (heads, -1)).transpose(0, 1) for part in (inner.q_proj, inner.k_proj)
            )
            scores = query @ key.transpose(1, 2) / query.shape[-1] ** 0.5
            window, shift = record.window_size, record.shift_size
            row, column = (np.indices(grid).reshape(2, -1) - shift) % np.array(grid)[:, None]
            step = [np.subtract.outer(axis % window, axis % window) + window - 1 for axis in (row, column)]
            bias = inner.relative_position_bias.relative_position_bias_table[step[0] * (2 * window - 1) + step[1]]
            numbers = group(grid, window, shift)
            hidden = torch.from_numpy(numbers[:, None] != numbers[None])
            brute = (scores + bias.permute(2, 0, 1)).masked_fill(hidden, -torch.inf).softmax(-1)
            mapped = map_attention(record.attention, record.window_token)
            assert mapped.shape == (heads, tokens, tokens)
            np.testing.assert_allclose(mapped, brute.numpy(), atol=1e-6)
            state = after


@pytest.mark.parametrize(("side", "window", "shift"), [(8, 2, 1), (32, 4, 2), (56, 7, 3)])
def test_the_mask_is_the_librarys(side, window, shift):
    config = SwinConfig(image_size=4 * side, window_size=window)
    layer = SwinLayer(config, 8, (side, side), num_heads=2, shift_size=shift)
    mask = layer.get_attn_mask(side, side, dtype=torch.float32, device=torch.device("cpu"))
    np.testing.assert_array_equal(visible((side, side), window, shift), mask.numpy() == 0)


def test_shift_then_reverse_shift_is_identity():
    tokens = window_token((6, 8), 2, 1)
    shifted = window_reverse(tokens, 2, (6, 8))
    assert shifted[0, 0] == 9
    np.testing.assert_array_equal(np.roll(shifted, (1, 1), (0, 1)), np.arange(48).reshape(6, 8))


def test_partition_then_reverse_is_identity():
    grid = np.arange(48).reshape(6, 8)
    np.testing.assert_array_equal(window_reverse(window_partition(grid, 2), 2, (6, 8)), grid)
    assert window_partition(grid, 2)[1].tolist() == [2, 3, 10, 11]


def test_reach_is_where_the_jacobian_is_not_zero(tiny_swin, photo):
    """With random weights, in float64: the -100 of the mask leaves 1e-44, which counts as nothing."""
    _, model, processor = open_model(str(tiny_swin), FAMILIES, "image")
    record = trace(photo, str(tiny_swin)).blocks
    groups = [group(block.grid, block.window_size, block.shift_size) for block in record]
    grids = [block.grid for block in record]
    double = type(model)(model.config).double().eval()
    torch.manual_seed(0)
    for parameter in double.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    with torch.no_grad():
        first, grid = double.base_model.embeddings(prepare(photo, processor, model.config).double())
    for patch in (0, 9, 27, 63):
        expected = reach(groups, grids, patch)
        for count in range(1, len(record) + 1):
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


def test_without_shifts_a_patch_never_leaves_its_window():
    grids = [(8, 8)] * 3
    still = reach([group(grid, 2, 0) for grid in grids], grids, 0)
    assert [int(mask.sum()) for mask in still] == [1, 4, 4, 4]
    moving = reach([group(grid, 2, shift) for grid, shift in zip(grids, (0, 1, 0), strict=True)], grids, 9)
    assert [int(mask.sum()) for mask in moving] == [1, 4, 16, 16]


def test_a_trace_of_traces_survives_saving(seen, tiny_vit, photo, tmp_path):
    PatchesTrace(vit=vit_trace(photo, str(tiny_vit)), swin=seen).save(tmp_path / "a.npz")
    both = PatchesTrace.load(tmp_path / "a.npz")
    assert both.vit.prefix == ("CLS",)
    np.testing.assert_array_equal(both.vit.pixels.shape, (32, 32, 3))
    again = both.swin
    assert len(again.blocks) == len(seen.blocks)
    assert (again.model, again.labels, again.blocks[3].grid) == (seen.model, seen.labels, seen.blocks[3].grid)
    np.testing.assert_array_equal(again.blocks[1].window_token, seen.blocks[1].window_token)
    np.testing.assert_allclose(again.blocks[5].attention, seen.blocks[5].attention, atol=1e-3)


def test_a_photo_that_does_not_come_out_in_whole_windows_is_refused(tiny_swin, tmp_path):
    shutil.copytree(tiny_swin, tmp_path / "odd")
    settings = json.loads((tmp_path / "odd" / "config.json").read_text())
    (tmp_path / "odd" / "config.json").write_text(json.dumps({**settings, "image_size": 40}))
    with pytest.raises(InputError) as caught:
        trace(Image.new("RGB", (50, 50)), str(tmp_path / "odd"))
    assert caught.value.code == "model.windows"
