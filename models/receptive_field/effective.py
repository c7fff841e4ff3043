"""The effective receptive field (Luo et al. 2016): how far each pixel of the input moves one unit, layer by layer.

The unit of a layer is the vector of its map at the cell that holds a position; its value is the sum over the channels.
It is read from the residual stream, before any final norm: the channels of a normalised vector always sum to the same.
Swin's mask is -100, not minus infinity: between the regions of one window some e^-100 of a gradient passes.
A ResNet's map is what follows the ReLU, after its residual connection; Swin's is the one before patch merging.
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch

from models import families
from models.checkpoint import build_lock
from models.families import Position, Unit
from models.position import CENTRE, cell_at
from models.progress import NO_PROGRESS, Progress
from models.traces import THRESHOLDS

PASS_PIXELS = 2**17
"""Pixels of all images that share one forward pass; a larger image has its own."""


def fields(
    model: Any,
    pixels: torch.Tensor,
    position: Position,
    progress: Progress = NO_PROGRESS,
    units: Sequence[Unit] | None = None,
) -> np.ndarray:
    """The effective receptive field of one position in every layer: (layer, row, column), float32.

    |gradient of the layer's unit to the input|, summed over the colours, averaged over the images; its unit is that of
    the model's map for one of its normalised pixels. model: of families.CLASSIFIERS, in eval mode; its family's `check`
    bounds the memory. pixels: (image, channel, row, column), prepared, on the model's device. units: of each layer,
    what stands for the position; else the cells that hold it.
    Raises ValueError for a position outside the picture, and whatever `progress` raises between two layers.
    """
    family, size = families.layers(model), (pixels.shape[-2], pixels.shape[-1])
    return gradient_fields(
        lambda part: family.maps(model, family.walk(model, part).states, size), pixels, position, progress, units
    )


def gradient_fields(
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
            chosen = units or [cell_at(position, (state.shape[-2], state.shape[-1])) for state in states]
            sums = [state[:, :, row, column].sum() for state, (row, column) in zip(states, chosen, strict=True)]
        found = []
        for depth, unit in enumerate(sums, 1):
            progress.beat()
            (gradient,) = torch.autograd.grad(unit, part, retain_graph=depth < len(sums))  # B, C, H, W
            found.append(gradient.abs().sum(dim=(0, 1)))
        total = total.to(part.device) + torch.stack(found)  # layer, H, W
    return (total / len(pixels)).cpu().numpy()


def random_like(model: Any, seed: int = 0) -> Any:
    """A model like `model` with the random weights that its class starts training from, in eval mode, kept."""
    return _random(type(model), model.config.to_json_string(), model.config._attn_implementation, model.device, seed)


@lru_cache(maxsize=3)
def _random(kind: Any, config: str, attention: str, where: torch.device, seed: int) -> Any:
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


def area_ratios(field: np.ndarray, position: Position = CENTRE, box: Edges = WHOLE) -> dict[float, AreaRatio]:
    """For every threshold t of THRESHOLDS, the smallest odd square around a position with more than t of a field.

    field: (row, column) of `fields`. RepLKNet's squares stand at the picture's centre; elsewhere, and where they
    outgrow the theoretical field, `box`, only their part inside counts. RepLKNet's own gradients are clipped at zero,
    not absolute, and its least square has a side of 3.
    """
    logarithms = np.log10(field.astype(np.float64) + 1)  # RepLKNet's division by the maximum changes no share
    logs, masses = squares(logarithms, position, box), squares(field, position, box)
    return {t: AreaRatio(_area(logs[t]), _area(masses[t])) for t in THRESHOLDS}


def _area(edges: Edges) -> float:
    top, left, bottom, right = edges
    return (bottom - top) * (right - left)


def squares(scores: np.ndarray, position: Position, box: Edges = WHOLE) -> dict[float, Edges]:
    """For every threshold, the part inside the box of the smallest odd square with more than that share of the scores.

    scores: (row, column). All nan where they are zeros.
    """
    sides = np.array(scores.shape)
    centre = np.array(cell_at(position, (scores.shape[0], scores.shape[1])))
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
