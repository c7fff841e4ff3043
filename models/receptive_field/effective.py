"""The effective receptive field (Luo et al. 2016): how far each pixel of the input moves one unit, layer by layer.

The unit of a layer is the vector of its map at the cell that holds a position; its value is the sum over the channels.
It is read from the residual stream, before any final norm: the channels of a normalised vector always sum to the same.
Swin's mask is -100, not minus infinity: between the regions of one window some e^-100 of a gradient passes.
A ResNet's map is what follows the ReLU, after its residual connection; Swin's is the one before patch merging.
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from models.attention import refuse_oversized_attention
from models.checkpoint import build_lock
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.swin.trace import check_maps
from models.traces import THRESHOLDS

FAMILIES = (
    "ResNetForImageClassification",
    "ViTForImageClassification",
    "DeiTForImageClassification",
    "DeiTForImageClassificationWithTeacher",
    "SwinForImageClassification",
)
MAX_RESNET_SIDE = 512
"""Pixels a side: a ResNet-152 then keeps about 1.4 GB for its backward passes."""
PASS_PIXELS = 2**17
"""Pixels of all images that share one forward pass; a larger image has its own."""

Position = tuple[float, float]
"""(y, x), each a share in [0, 1) of its own side."""
Unit = tuple[int, int]
"""Row and column in a map."""


def check(model, size: tuple[int, int], reference: str) -> None:
    """Raise InputError where pictures of `size` (rows, columns) would need too much memory, or do not fit the model."""
    config = model.config
    if size[0] != size[1]:
        raise InputError("model.square", reference=reference, size=f"{size[0]}×{size[1]}")
    if model.base_model_prefix == "swin":
        check_maps(config, size, reference)
    elif model.base_model_prefix != "resnet":
        if not isinstance(config.patch_size, int):
            raise InputError("model.unreadable", reference=reference)
        if any(side % config.patch_size for side in size):
            raise InputError("model.patches", reference=reference, size=size[0], patch=config.patch_size)
        tokens = model.base_model.embeddings.position_embeddings.shape[1]
        refuse_oversized_attention(config.num_hidden_layers * config.num_attention_heads * tokens**2, reference)
    elif max(size) > MAX_RESNET_SIDE:
        raise InputError("model.size", size=max(size), side=MAX_RESNET_SIDE)


def modules(model) -> list[torch.nn.Module]:
    """The module whose output is the map of each layer of `layers`; captum asks for them one by one."""
    body = model.base_model
    if model.base_model_prefix == "resnet":
        return [body.embedder, *(layer for stage in body.encoder.stages for layer in stage.layers)]
    if model.base_model_prefix == "swin":
        return [block for stage in body.encoder.layers for block in stage.blocks]
    return list(body.layers)


def layers(model) -> list[str]:
    """Name of every layer that `fields` measures, in order."""
    body = model.base_model
    if model.base_model_prefix == "resnet":
        stages = [len(stage.layers) for stage in body.encoder.stages]
        return ["embedder", *(f"stage {s}, layer {n + 1}" for s, count in enumerate(stages, 1) for n in range(count))]
    if model.base_model_prefix == "swin":
        stages = [len(stage.blocks) for stage in body.encoder.layers]
        return [f"stage {s}, block {n + 1}" for s, count in enumerate(stages, 1) for n in range(count)]
    return [f"layer {n + 1}" for n in range(len(body.layers))]


def walk(model, pixels: torch.Tensor) -> list[torch.Tensor]:
    """The map (image, channel, row, column) after every layer of `layers`, without hooks.

    pixels: (image, channel, row, column), prepared. A ViT's prefix tokens are dropped from its maps, not from its run.
    """
    body = model.base_model
    if model.base_model_prefix == "resnet":
        state = body.embedder(pixels)  # B, C, H/4, W/4
        maps = [state]
        for stage in body.encoder.stages:
            for layer in stage.layers:
                state = layer(state)
                maps.append(state)
        return maps
    if model.base_model_prefix == "swin":
        return _walk_swin(body, pixels)
    patch_size = model.config.patch_size
    grid = (pixels.shape[-2] // patch_size, pixels.shape[-1] // patch_size)
    state, maps = body.embeddings(pixels), []  # B, T, D
    for layer in body.layers:
        state = layer(state)
        maps.append(_map(state[:, -grid[0] * grid[1] :], grid))
    return maps


def _walk_swin(swin, pixels: torch.Tensor) -> list[torch.Tensor]:
    state, grid = swin.embeddings(pixels)  # B, T, D
    maps = []
    for stage in swin.encoder.layers:
        for block in stage.blocks:
            state, _ = block(state, grid)
            maps.append(_map(state, grid))
        if stage.downsample is not None:
            state = stage.downsample(state, grid)  # B, T/4, 2D
            grid = (grid[0] // 2, grid[1] // 2)
    return maps


def _map(tokens: torch.Tensor, grid: tuple[int, int]) -> torch.Tensor:
    return tokens.unflatten(1, grid).permute(0, 3, 1, 2)  # B, D, row, column


def fields(
    model,
    pixels: torch.Tensor,
    position: Position,
    progress: Progress = NO_PROGRESS,
    units: Sequence[Unit] | None = None,
) -> np.ndarray:
    """The effective receptive field of one position in every layer: (layer, row, column), float32.

    |gradient of the layer's unit to the input|, summed over the colours, averaged over the images; its unit is that of
    the model's map for one of its normalised pixels. model: of FAMILIES, in eval mode; `check` bounds the memory.
    pixels: (image, channel, row, column), prepared, on the model's device. units: of each layer, what stands for the
    position; else the cells that hold it.
    `progress` hears a beat between layers. Raises ValueError for a position outside the picture, and whatever
    `progress` raises.
    """
    return measure(lambda part: walk(model, part), pixels, position, progress, units)


def measure(
    maps: Callable[[torch.Tensor], list[torch.Tensor]],
    pixels: torch.Tensor,
    position: Position,
    progress: Progress = NO_PROGRESS,
    units: Sequence[Unit] | None = None,
) -> np.ndarray:
    """`fields` of any network: `maps` gives each layer's map (image, channel, row, column), no image seeing another.

    One forward pass, then one backward pass per layer from its unit down. As the images are independent, the gradient
    of the sum of their units holds, exactly, each image's own.
    """
    total = torch.zeros(())
    for part in pixels.split(max(1, PASS_PIXELS // pixels[0, 0].numel())):
        part = part.detach().requires_grad_()
        with torch.enable_grad():
            states = maps(part)
            chosen = units or [cell(position, (state.shape[-2], state.shape[-1])) for state in states]
            sums = [state[:, :, row, column].sum() for state, (row, column) in zip(states, chosen, strict=True)]
        found = []
        for depth, unit in enumerate(sums, 1):
            progress.beat()
            (gradient,) = torch.autograd.grad(unit, part, retain_graph=depth < len(sums))  # B, C, H, W
            found.append(gradient.abs().sum(dim=(0, 1)))
        total = total.to(part.device) + torch.stack(found)  # layer, H, W
    return (total / len(pixels)).cpu().numpy()


def cell(position: Position, grid: tuple[int, int]) -> tuple[int, int]:
    """Row and column of the cell of a map that holds a position. Raises ValueError for one outside the picture."""
    if not all(0 <= share < 1 for share in position):
        raise ValueError(f"the position {position} is not in the picture")
    return int(position[0] * grid[0]), int(position[1] * grid[1])


def random_like(model, seed: int = 0):
    """A model like `model` with the random weights that its class starts training from, in eval mode, kept."""
    return _random(type(model), model.config.to_json_string(), model.config._attn_implementation, model.device, seed)


@lru_cache(maxsize=3)
def _random(kind: type, config: str, attention: str, where: torch.device, seed: int):
    own = kind.config_class.from_dict(json.loads(config), attn_implementation=attention)
    with build_lock, torch.random.fork_rng():
        torch.manual_seed(seed)
        return kind(own).eval().to(where)


class AreaRatio(NamedTuple):
    """Area of the smallest square that holds a share of a field, as a share of the picture; nan in a field of zeros."""

    replknet: float
    """RepLKNet's (Ding et al. 2022, erf/analyze_erf.py): the share is of log10(gradient + 1). It depends on the
    gradient's scale: of large gradients the log flattens the peak, of gradients well below 1 it changes nothing."""
    gradient_mass: float
    """The share is of the gradient itself: no scale changes it."""


Edges = tuple[float, float, float, float]
"""Top, left, bottom, right, as shares of the sides."""
WHOLE: Edges = (0.0, 0.0, 1.0, 1.0)


def area_ratios(field: np.ndarray, position: Position = (0.5, 0.5), box: Edges = WHOLE) -> dict[float, AreaRatio]:
    """For every threshold t of THRESHOLDS, the smallest odd square around a position with more than t of a field.

    field: (row, column) of `fields`. RepLKNet's squares stand at the picture's centre; elsewhere, and where they
    outgrow the theoretical field, `box`, only their part inside counts. RepLKNet's own gradients are clipped at zero,
    not absolute, and its least square has a side of 3.
    """
    logs = squares(
        np.log10(field.astype(np.float64) + 1), position, box
    )  # its division by the maximum changes no share
    masses = squares(field, position, box)
    return {t: AreaRatio(_area(logs[t]), _area(masses[t])) for t in THRESHOLDS}


def _area(edges: Edges) -> float:
    top, left, bottom, right = edges
    return (bottom - top) * (right - left)


def squares(scores: np.ndarray, position: Position, box: Edges = WHOLE) -> dict[float, Edges]:
    """For every threshold, the part inside the box of the smallest odd square with more than that share of the scores.

    scores: (row, column). All nan where they are zeros.
    """
    sides = np.array(scores.shape)
    centre = np.array(cell(position, (scores.shape[0], scores.shape[1])))
    rows, columns = np.indices(scores.shape)
    ring = np.maximum(abs(rows - centre[0]), abs(columns - centre[1]))  # the square of side 2r + 1 holds rings 0 to r
    mass = np.bincount(ring.ravel(), scores.astype(np.float64).ravel()).cumsum()
    if mass[-1] == 0:
        return dict.fromkeys(THRESHOLDS, (np.nan, np.nan, np.nan, np.nan))
    found: dict[float, Edges] = {}
    for t in THRESHOLDS:
        reach = int(np.argmax(mass > t * mass[-1]))
        top, left = np.maximum((centre - reach) / sides, box[:2]).tolist()
        bottom, right = np.minimum((centre + reach + 1) / sides, box[2:]).tolist()
        found[t] = top, left, bottom, right
    return found


def radius(field: np.ndarray, position: Position) -> float:
    """Root mean square distance of a field (row, column) from a position; nan in a field of zeros.

    Distances between a pixel's centre and the position itself, along each axis as a share of the picture's side.
    """
    height, width = field.shape
    down = (np.arange(height) + 0.5) / height - position[0]
    right = (np.arange(width) + 0.5) / width - position[1]
    weights = field.astype(np.float64)
    if not weights.any():
        return float("nan")
    return float(np.sqrt((weights * (down[:, None] ** 2 + right[None] ** 2)).sum() / weights.sum()))
