"""What the lab knows of the modules of a Swin Transformer (Liu et al. 2021)."""

from typing import Any, NamedTuple

import numpy as np
import torch

from models.attention import refuse_oversized_attention, rms_distance
from models.errors import InputError
from models.families import AttentionReach, Output, Position, Units, Walk
from models.pixels import refuse_uneven_patches
from models.position import cell_at
from models.swin.windows import group, reach, window_token


class Block(NamedTuple):
    """Where a block works."""

    stage: int
    grid: tuple[int, int]
    """Rows and columns of its map of tokens."""
    window_size: int
    shift_size: int


def check(model: Any, size: tuple[int, int], reference: str) -> None:
    """Raise InputError where a map is no multiple of the window, or the picture of the patch: the library would pad.

    size: rows and columns of the model's pixels. Attention that is too large is refused here too, before it is made.
    """
    config = model.config
    window, values = config.window_size, 0
    refuse_uneven_patches(size, config.patch_size, reference)
    for stage, (depth, heads) in enumerate(zip(config.depths, config.num_heads, strict=True)):
        cell = config.patch_size * 2**stage
        rows, columns = size[0] / cell, size[1] / cell
        if rows % window or columns % window:
            raise InputError("model.windows", reference=reference, window=window, side=f"{min(rows, columns):g}")
        values += int(rows * columns) * depth * heads * window**2
    refuse_oversized_attention(values, reference)


def blocks(config: Any, size: tuple[int, int]) -> list[Block]:
    """Map, window and shift of every block for pictures of `size` (rows, columns) in pixels.

    Every second block of a stage is shifted by half a window, unless its map is one window.
    """
    found = []
    for stage, depth in enumerate(config.depths):
        cell = config.patch_size * 2**stage
        grid = size[0] // cell, size[1] // cell
        shift = config.window_size // 2 if min(grid) > config.window_size else 0
        found += [Block(stage, grid, config.window_size, shift * (block % 2)) for block in range(depth)]
    return found


def names(model: Any) -> list[str]:
    """The name of every block, in order."""
    return [f"stage {s}, block {n + 1}" for s, depth in enumerate(model.config.depths, 1) for n in range(depth)]


def walk(model: Any, pixels: torch.Tensor) -> Walk:
    """The encoder, block by block, without hooks: what `model.forward` computes, kept.

    pixels: (image, channel, row, column). Returns the state (image, token, width) after every block, before patches are
    merged, and every block's attention (window, head, query, key), the windows of one image after those of another.
    """
    swin = model.base_model
    state, grid = swin.embeddings(pixels)  # B, T, D
    states, attentions = [], []
    for stage in swin.encoder.layers:
        for block in stage.blocks:
            state, attention = block(state, grid)  # B, T, D and windows, H, M*M, M*M
            states.append(state)
            attentions.append(attention)
        if stage.downsample is not None:
            state = stage.downsample(state, grid)  # B, T/4, 2D
            grid = (grid[0] // 2, grid[1] // 2)
    return Walk(states, attentions)


def maps(model: Any, states: list[torch.Tensor], size: tuple[int, int]) -> list[torch.Tensor]:
    """The state after every block as a map (image, channel, row, column)."""
    grids = [block.grid for block in blocks(model.config, size)]
    return [state.unflatten(1, grid).permute(0, 3, 1, 2) for state, grid in zip(states, grids, strict=True)]


def units(model: Any, side: int, position: Position) -> Units:
    """In every block the token that holds the position; by windows and shifts it sees the box around some patches."""
    grids = [block.grid for block in blocks(model.config, (side, side))]
    patches = side // model.config.patch_size
    reached = theoretical_reach(model.config, side, *cell_at(position, (patches, patches)))[1:]
    found = [cell_at(position, grid) for grid in grids]
    box = np.array([_bounds(seen) for seen in reached], np.float32) / patches
    return Units(found, box, (np.array(found) + 0.5) / np.array(grids))


def _bounds(seen: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def theoretical_reach(config: Any, size: int, row: int, column: int) -> np.ndarray:
    """The patches that can influence the place of patch (row, column): (depth, row, column) of booleans.

    Depth 0 is the embedding, depth k is after block k. A picture has size x size pixels, and its maps must be whole
    multiples of the window (`check`). Raises InputError for a patch that is not on the map.
    """
    n = size // config.patch_size
    if not (0 <= row < n and 0 <= column < n):
        raise InputError("fields.outside", rows=n, columns=n)
    found = blocks(config, (size, size))
    groups = [group(block.grid, block.window_size, block.shift_size) for block in found]
    return np.stack(reach(groups, [block.grid for block in found], row * n + column)).reshape(-1, n, n)


def head(model: Any, state: torch.Tensor) -> Output:
    """Final norm, mean over all tokens and head on the last state (image, token, width). Swin has no CLS token."""
    feature = model.base_model.layernorm(state).mean(dim=1)
    return Output(feature, model.classifier(feature))


def attention_reach(model: Any, walk: Walk, side: int, position: Position) -> AttentionReach:
    """How far attention goes from the token that holds a position. There is no rollout: windows are not all tokens."""
    found = zip(blocks(model.config, (side, side)), walk.attention, strict=True)
    distance = [window_distance(block, attention.cpu().numpy(), position) for block, attention in found]
    return AttentionReach(np.array(distance), np.full((len(distance), 1, 1), np.nan, np.float32))


def window_distance(block: Block, attention: np.ndarray, position: Position) -> float:
    """Root mean square distance, as a share of the side, that a block's attention spans from the position's token.

    attention: (window, head, query, key) of one picture.
    """
    columns = block.grid[1]
    row, column = cell_at(position, block.grid)
    tokens = window_token(block.grid, block.window_size, block.shift_size)
    window, slot = np.argwhere(tokens == row * columns + column)[0]
    down, across = np.divmod(tokens[window], columns)
    return rms_distance(attention[window, :, slot], np.hypot(down - row, across - column)) / block.grid[0]


def patch_set(model: Any) -> int | None:
    """None: without its bias tables a Swin still knows places by its windows and by patch merging."""


def convolutional(model: Any) -> torch.nn.Module | None:
    """None: after the patches are embedded there is no convolution."""
