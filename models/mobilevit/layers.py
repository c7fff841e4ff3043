"""What the lab knows of the modules of a MobileViT (Mehta & Rastegari 2022).

Its stages 3 to 5 are MobileViT blocks: convolutions look at the neighbourhood, then every pixel of a map attends to the
pixels at its own place in all patches, then a convolution joins both. All states are maps, from the stem to the last.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch

from models.attention import refuse_oversized_attention, rms_distance
from models.errors import InputError
from models.families import AttentionReach, Output, Position, Units, Walk
from models.pixels import refuse_uneven_patches
from models.position import cell_at
from models.receptive_field.theoretical import Field

MAX_SIDE = 512
"""Pixels a side."""
STRIDE = 32
"""Pixels a side of a place of the last map."""


class Layer(NamedTuple):
    """One layer whose map can be shown."""

    name: str
    grid: tuple[int, int]
    """Rows and columns of its map."""
    field: Field
    """What its convolutions alone see, along rows and columns alike."""
    attends: bool
    """Whether it is a Transformer layer."""
    everywhere: bool
    """Whether attention lies in it or before it, so that it sees the whole picture."""
    block: int | None
    """The stage that is its MobileViT block; None outside of these."""


def check(model: Any, size: tuple[int, int], reference: str) -> None:
    """Raise InputError where a map is no multiple of the patches: the library would resize it, and resize it back.

    size: rows and columns of the model's pixels. Attention that is too large is refused here too, before it is made.
    """
    config = model.config
    if config.output_stride != STRIDE:
        raise InputError("model.dilated", reference=reference, stride=config.output_stride)
    if max(size) > MAX_SIDE:
        raise InputError("model.size", size=max(size), side=MAX_SIDE)
    refuse_uneven_patches(size, STRIDE * config.patch_size, reference)
    tokens = [layer.grid[0] * layer.grid[1] // config.patch_size**2 for layer in layers(model, size) if layer.attends]
    per_token = config.patch_size**2 * config.num_attention_heads
    refuse_oversized_attention(sum(count**2 for count in tokens) * per_token, reference)


def is_block(stage: Any) -> bool:
    """Whether a stage is a MobileViT block, not inverted residuals alone."""
    return hasattr(stage, "transformer")


def layers(model: Any, size: tuple[int, int]) -> list[Layer]:
    """Every layer for pictures of `size` (rows, columns) in pixels, in order."""
    found: list[Layer] = []
    seen, everywhere, block = Field(0, 1, 1), False, None

    def add(name: str, *windows: tuple[int, int], attends: bool = False) -> None:
        nonlocal seen, everywhere
        for kernel, stride in windows:
            seen = seen.slide(kernel, stride, kernel // 2)
        everywhere = everywhere or attends
        grid = size[0] // seen.jump, size[1] // seen.jump
        found.append(Layer(name, grid, seen, attends, everywhere, block))

    kernel = model.config.conv_kernel_size
    add("stem", (3, 2))
    for number, stage in enumerate(model.base_model.encoder.layer, 1):
        block = number if is_block(stage) else None
        if block is None:
            for index, residual in enumerate(stage.layer, 1):
                add(f"stage {number}, layer {index}", (3, residual.conv_3x3.convolution.stride[0]))
            continue
        add(f"stage {number}, downsampling", (3, 2))
        add(f"stage {number}, local", (kernel, 1))
        for index, _ in enumerate(stage.transformer.layer, 1):
            add(f"stage {number}, attention {index}", attends=True)
        add(f"stage {number}, fusion", (kernel, 1))
    block = None
    add("last map")
    return found


def names(model: Any) -> list[str]:
    """The name of every layer, in order."""
    return [layer.name for layer in layers(model, (model.config.image_size, model.config.image_size))]


def unfold(state: torch.Tensor, patch_size: int) -> torch.Tensor:
    """A map (image, channel, row, column) as tokens (image * place, patch, channel), place by place in the patch."""
    images, channels, rows, columns = state.shape
    cut = state.reshape(images, channels, rows // patch_size, patch_size, columns // patch_size, patch_size)
    return cut.permute(0, 3, 5, 2, 4, 1).reshape(images * patch_size**2, -1, channels)


def fold(tokens: torch.Tensor, patch_size: int, grid: tuple[int, int]) -> torch.Tensor:
    """The map (image, channel, row, column) of `grid` (rows, columns) that `unfold` cut."""
    rows, columns = grid
    cut = tokens.reshape(-1, patch_size, patch_size, rows // patch_size, columns // patch_size, tokens.shape[-1])
    return cut.permute(0, 5, 3, 1, 4, 2).reshape(-1, tokens.shape[-1], rows, columns)


def attention(layer: Any, tokens: torch.Tensor) -> torch.Tensor:
    """After softmax (row, head, query, key), of a Transformer layer that reads tokens (row, token, width)."""
    own = layer.attention.attention
    query, key = (
        part(layer.layernorm_before(tokens)).unflatten(-1, (own.num_attention_heads, -1)).transpose(1, 2)
        for part in (own.query, own.key)
    )  # row, H, T, d
    return (query @ key.transpose(-1, -2) / own.attention_head_size**0.5).softmax(-1)


def steps(stage: Any, state: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor | None]]:
    """The maps of a MobileViT block, layer by layer, each with its attention where it is a Transformer layer.

    state: (image, channel, row, column). Attention: (image * place, head, query, key), of patches.
    """
    patch_size = stage.patch_height
    state = stage.downsampling_layer(state)
    yield state, None
    local = stage.conv_1x1(stage.conv_kxk(state))
    yield local, None
    grid = (local.shape[-2], local.shape[-1])
    tokens = unfold(local, patch_size)
    for layer in stage.transformer.layer:
        looked = attention(layer, tokens)
        tokens = layer(tokens)
        yield fold(tokens, patch_size, grid), looked
    folded = fold(stage.layernorm(tokens), patch_size, grid)
    yield stage.fusion(torch.cat((state, stage.conv_projection(folded)), 1)), None


def walk(model: Any, pixels: torch.Tensor) -> Walk:
    """Stem, stages and last map, without hooks: what `model.forward` computes, kept.

    pixels: (image, channel, row, column). Returns the map (image, channel, row, column) after every layer, and every
    Transformer layer's attention (image * place, head, query, key): the places inside the patches of one image after
    those of another, queries and keys being patches.
    """
    state = model.base_model.conv_stem(pixels)
    states, attentions = [state], []
    for stage in model.base_model.encoder.layer:
        if not is_block(stage):
            for residual in stage.layer:
                state = residual(state)
                states.append(state)
            continue
        found = list(steps(stage, state))
        states += [mapped for mapped, _ in found]
        attentions += [looked for _, looked in found if looked is not None]
        state = states[-1]
    states.append(model.base_model.conv_1x1_exp(state))
    return Walk(states, attentions)


def maps(model: Any, states: list[torch.Tensor], size: tuple[int, int]) -> list[torch.Tensor]:
    """The states: they are maps."""
    return states


def units(model: Any, side: int, position: Position) -> Units:
    """In every layer the unit whose convolutions' field is centred nearest to the position.

    From the first Transformer layer on it sees the whole picture: the fields of the pixels at its place in all patches
    overlap and reach all borders.
    """
    found, box, centre = [], [], []
    for layer in layers(model, (side, side)):
        seen, last = layer.field, layer.grid[0] - 1
        row, column = (min(max(round((share * side - seen.start) / seen.jump), 0), last) for share in position)
        found.append((row, column))
        edges = [seen.left + row * seen.jump, seen.left + column * seen.jump]
        edges += [edge + seen.size for edge in edges]
        box.append([0, 0, side, side] if layer.everywhere else np.clip(edges, 0, side))
        centre.append([seen.start + index * seen.jump for index in (row, column)])
    return Units(found, np.array(box, np.float32) / side, np.array(centre) / side)


def head(model: Any, state: torch.Tensor) -> Output:
    """Mean over the last map (image, channel, row, column), and head."""
    feature = state.mean((-2, -1))
    return Output(feature, model.classifier(feature))


def attention_reach(model: Any, walk: Walk, side: int, position: Position) -> AttentionReach:
    """How far attention goes from the pixel that holds a position. There is no rollout: four sets never mix in it."""
    found, looked = layers(model, (side, side)), iter(walk.attention)
    distance = [
        place_distance(next(looked).cpu().numpy(), layer.grid, model.config.patch_size, position)
        if layer.attends
        else np.nan
        for layer in found
    ]
    return AttentionReach(np.array(distance), np.full((len(distance), 1, 1), np.nan, np.float32))


def place_distance(looked: np.ndarray, grid: tuple[int, int], patch_size: int, position: Position) -> float:
    """Root mean square distance, as a share of the side, that attention spans from the position's pixel of a map.

    looked: (place, head, query, key) of one picture; grid: rows and columns of the map.
    """
    (row, column), patches = cell_at(position, grid), (grid[0] // patch_size, grid[1] // patch_size)
    place = row % patch_size * patch_size + column % patch_size
    query = row // patch_size * patches[1] + column // patch_size
    down, across = np.indices(patches).reshape(2, -1)
    distance = np.hypot(down - row // patch_size, across - column // patch_size) / patches[0]
    return rms_distance(looked[place, :, query], distance)


def patch_set(model: Any) -> int | None:
    """None: it has no positions, and knows places by its convolutions, as a CNN does."""


def convolutional(model: Any) -> torch.nn.Module | None:
    """The last map, which the head averages."""
    return model.base_model.conv_1x1_exp
