"""One position of a photo in several models: what it can see, what it does see, and how far attention looks."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from models.attention import patch_distance, rollout
from models.checkpoint import open_model
from models.device import compute_lock, device
from models.errors import InputError, in_range
from models.pixels import class_names, denormalise, prepare
from models.progress import NO_PROGRESS, Progress
from models.receptive_field import effective, theoretical
from models.swin import trace as swin
from models.traces import FieldTrace, SwinBlock
from models.vit import trace as vit

MAX_CELLS = 64
"""Cells a side in which a field is kept."""


def place(position: Any) -> effective.Position:
    """The position (down, across) that a page sends. Raises InputError unless it is two shares in [0, 1)."""
    if not isinstance(position, list | tuple) or len(position) != 2:
        raise InputError("fields.position")
    down, across = (in_range("fields.position", share, 0, np.nextafter(1, 0)) for share in position)
    return down, across


class Opened(NamedTuple):
    """A model and a photo as it sees it."""

    reference: str
    model: Any
    processor: Any
    photo: torch.Tensor
    """(1, channel, row, column), prepared, on the model's device."""


def opened(image: Image.Image | None, reference: str | None, progress: Progress = NO_PROGRESS) -> Opened:
    """The model that `reference` names and the photo for it; `progress` hears of a download.

    Raises InputError when there is no image, or when the model cannot be opened, is too large, or does not fit the
    lab's pictures.
    """
    if image is None:
        raise InputError("photo.missing")
    _, model, processor = open_model(reference, effective.FAMILIES, "image", progress)
    photo = prepare(image, processor, model.config).to(device())
    effective.check(model, (photo.shape[-2], photo.shape[-1]), str(reference))
    return Opened(str(reference), model, processor, photo)


def trace(
    one: Opened, position: effective.Position, others: Sequence[Image.Image] = (), progress: Progress = NO_PROGRESS
) -> FieldTrace:
    """The fields of `position` in a model, on its photo and, on average, on the `others`.

    `progress` hears a beat between layers.
    """
    model, photo = one.model, one.photo
    prepared = [prepare(other, one.processor, model.config).to(photo.device) for other in others]
    sets = [photo, torch.cat(prepared)] if others else [photo]
    with compute_lock:
        units, box, centre = theory(model, photo.shape[-1], position)
        fields = np.stack(
            [
                np.stack([effective.fields(weights, pixels, position, progress, units) for pixels in sets])
                for weights in (model, effective.random_like(model))
            ]
        )  # weights, images, layer, H, W
        with torch.inference_mode():
            probability = model(photo).logits[0].softmax(-1).cpu().numpy()
            distance, rolled = looks(model, photo, position)
    return FieldTrace(
        model=one.reference,
        family=model.base_model_prefix,
        layer_name=tuple(effective.layers(model)),
        labels=class_names(model.config, len(probability)),
        pixels=denormalise(photo[0].cpu().numpy(), one.processor),
        probability=probability,
        box=box,
        field=cells(fields),
        **extents(fields, box, centre),
        attention_distance=distance,
        rollout=rolled,
    )


def extents(fields: np.ndarray, box: np.ndarray, centre: np.ndarray) -> dict[str, np.ndarray]:
    """How far fields (weights, images, layer, row, column) reach: area, square, radius and box_radius of a FieldTrace.

    box: (layer, edge), the theoretical fields; centre: (layer, axis), of the units. Both are shares of the sides.
    """
    whole = [
        effective.radius(filled(edges, fields.shape[-1]), middle) for edges, middle in zip(box, centre, strict=True)
    ]

    def each(measure: Callable) -> np.ndarray:
        lead = np.ndindex(fields.shape[:3])
        found = [measure(fields[index], centre[index[-1]], box[index[-1]]) for index in lead]
        return np.array(found, np.float32).reshape(*fields.shape[:3], *np.shape(found[0]))

    return {
        "area": each(lambda field, middle, edges: list(effective.area_ratios(field, middle, edges).values())),
        "square": each(lambda field, middle, edges: effective.squares(field, middle, edges)[0.5]),
        "radius": each(lambda field, middle, _: effective.radius(field, middle)),
        "box_radius": np.array(whole, np.float32),
    }


def theory(model, side: int, position: effective.Position) -> tuple[list[effective.Unit], np.ndarray, np.ndarray]:
    """Each layer's unit that stands for a position, its theoretical field (layer, edge), its centre (layer, axis).

    Fields and centres are shares of the side of a square picture. The unit is the cell that holds the position, in a
    ResNet the one whose field is centred nearest. Hold `device.compute_lock`: another run may have put hooks on the
    model.
    """
    config = model.config
    if model.base_model_prefix == "resnet":
        return _resnet_theory(model, side, position)
    n = side // config.patch_size
    if model.base_model_prefix == "swin":
        grids = [n // 2**stage for stage, depth in enumerate(config.depths) for _ in range(depth)]
        reached = theoretical.swin_reach(config, side, *effective.cell(position, (n, n)))[1:]
        box = np.array([_bounds(seen) for seen in reached], np.float32) / n
    else:
        grids = [n] * len(effective.layers(model))
        box = np.tile(np.array(effective.WHOLE, np.float32), (len(grids), 1))
    units = [effective.cell(position, (grid, grid)) for grid in grids]
    return units, box, (np.array(units) + 0.5) / np.array(grids)[:, None]


def _resnet_theory(
    model, side: int, position: effective.Position
) -> tuple[list[effective.Unit], np.ndarray, np.ndarray]:
    layers = {re.sub("^embedder .*", "embedder", layer.name): layer for layer in theoretical.fields(model, side)}
    units, box, centre = [], [], []
    for layer in (layers[name] for name in effective.layers(model)):
        along, last = layer.row, layer.grid[0] - 1  # rows and columns alike: the picture is square
        row, column = (round((share * side - along.start) / along.jump) for share in position)
        at = min(max(row, 0), last), min(max(column, 0), last)
        units.append(at)
        box.append(theoretical.box(layer, *at, side))
        centre.append([along.start + index * along.jump for index in at])
    return units, np.array(box, np.float32) / side, np.array(centre) / side


def _bounds(seen: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def filled(edges: np.ndarray, side: int) -> np.ndarray:
    """A field (row, column) that is 1 inside the edges and 0 outside."""
    top, left, bottom, right = (edges * side).round().astype(int)
    field = np.zeros((side, side), np.float32)
    field[top:bottom, left:right] = 1
    return field


def cells(fields: np.ndarray) -> np.ndarray:
    """Fields (…, row, column) in at most MAX_CELLS cells a side, each as a multiple of its field's mean.

    The cells are equal squares of pixels where the side has a fitting divisor; else they overlap by a pixel.
    """
    rows, columns = (_cell_count(side) for side in fields.shape[-2:])
    flat = torch.from_numpy(fields).reshape(-1, 1, *fields.shape[-2:])
    pooled = F.adaptive_avg_pool2d(flat, (rows, columns)).reshape(*fields.shape[:-2], rows, columns).numpy()
    return pooled / np.maximum(pooled.mean(axis=(-2, -1), keepdims=True), 1e-30)


def _cell_count(side: int) -> int:
    even = [count for count in range(MAX_CELLS // 2, MAX_CELLS + 1) if side % count == 0]
    return even[-1] if even else side // -(-side // MAX_CELLS)


def looks(model, photo: torch.Tensor, position: effective.Position) -> tuple[np.ndarray, np.ndarray]:
    """How far attention looks from the position's token (layer,), and its rollout (layer, row, column); nan without."""
    count, side = len(effective.layers(model)), photo.shape[-1]
    none = np.full((count, 1, 1), np.nan, np.float32)
    if model.base_model_prefix == "resnet":
        return none[:, 0, 0], none
    patch_size = model.config.patch_size
    if model.base_model_prefix == "swin":
        _, blocks = swin.walk(model, photo)
        return np.array([window_distance(block, position) / block.grid[0] for block in blocks]), none
    n = side // patch_size
    attention = vit.walk(model, photo)[1].cpu().numpy()
    row, column = effective.cell(position, (n, n))
    query = row * n + column - n * n  # from the last token, as prefix tokens come first
    away = patch_distance((n, n), patch_size)[query] / side
    distance = [rms(layer[:, query, -n * n :], away) for layer in attention]
    return np.array(distance), rollout(attention)[:, query, -n * n :].reshape(-1, n, n)


def window_distance(block: SwinBlock, position: effective.Position) -> float:
    """Root mean square distance, in tokens, that a Swin block's attention spans from the position's token."""
    row, column = effective.cell(position, block.grid)
    window, slot = np.argwhere(block.window_token == row * block.grid[1] + column)[0]
    rows, columns = np.divmod(block.window_token[window], block.grid[1])
    return rms(block.attention[window, :, slot], np.hypot(rows - row, columns - column))


def rms(weights: np.ndarray, away: np.ndarray) -> float:
    """Root mean square of the distances `away` (key,) by weights (head, key), mean over the heads."""
    return float(np.sqrt((weights * away**2).sum(-1) / np.maximum(weights.sum(-1), 1e-12)).mean())
