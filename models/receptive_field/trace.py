"""One position of a photo in several models: what it can see, what it does see, and how far attention looks."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from models.attention import mean_distance, rollout
from models.checkpoint import Progress, open_model
from models.device import device, turn
from models.errors import InputError, in_range
from models.pixels import prepare, restore
from models.receptive_field import effective, theoretical
from models.swin import trace as swin
from models.traces import FieldTrace, SwinBlock
from models.vit import trace as vit

MAX_CELLS = 64
"""Cells a side in which a field is kept."""


def place(position: Any) -> effective.Position:
    """The position (down, across) that a page sends. Raises InputError unless it is two shares in [0, 1)."""
    if not isinstance(position, list | tuple) or len(position) != 2:
        raise InputError("receptive_field.position")
    down, across = (in_range("receptive_field.position", share, 0, np.nextafter(1, 0)) for share in position)
    return down, across


def trace(
    image: Image.Image | None,
    reference: str | None,
    position: effective.Position,
    others: Sequence[Image.Image] = (),
    progress: Progress | None = None,
) -> FieldTrace:
    """The fields of `position` in the model that `reference` names, on `image` and, on average, on the `others`.

    `progress` hears of a download and (0, 0) between layers. Raises InputError when there is no image, or when the
    model cannot be opened, is too large, or does not fit the lab's pictures.
    """
    if image is None:
        raise InputError("photo.missing")
    model, processor = open_model(reference, effective.FAMILIES, progress)
    prepared = [prepare(picture, processor, model.config).to(device()) for picture in (image, *others)]
    photo, rows, columns = prepared[0], prepared[0].shape[-2], prepared[0].shape[-1]
    effective.check(model, (rows, columns), str(reference))
    box = boxes(model, (rows, columns), position)
    sets = [photo, torch.cat(prepared[1:])] if others else [photo]
    with turn:
        fields = np.stack(
            [
                np.stack([effective.fields(one, pixels, position, progress) for pixels in sets])
                for one in (model, effective.random_like(model))
            ]
        )  # weights, images, layer, H, W
        with torch.inference_mode():
            probability = model(photo).logits[0].softmax(-1)
            distance, rolled = looks(model, photo, position)
    name, labels = model.config.id2label, len(probability)
    return FieldTrace(
        model=str(reference),
        family=model.base_model_prefix,
        layer_name=tuple(name for name, _ in effective.layers(model)),
        labels=tuple(name[index] for index in range(labels)),
        pixels=restore(photo[0].cpu().numpy(), processor),
        probability=probability.cpu().numpy(),
        box=box,
        field=cells(fields),
        area=_each(fields, lambda field: np.array(list(effective.area_ratios(field, position).values()))),
        radius=_each(fields, lambda field: np.array(effective.radius(field, position))),
        box_radius=np.array([effective.radius(filled(edges, (rows, columns)), position) for edges in box], np.float32),
        attention_distance=distance,
        rollout=rolled,
    )


def boxes(model, size: tuple[int, int], position: effective.Position) -> np.ndarray:
    """The theoretical field in every layer of effective.layers: (layer, edge), shares of the sides."""
    names = [name for name, _ in effective.layers(model)]
    family, side = model.base_model_prefix, size[0]
    if family in ("resnet", "swin") and size[0] != size[1]:
        raise InputError("model.size", size=f"{size[0]}×{size[1]}", side=max(size))
    if family == "swin":
        n = side // model.config.patch_size
        reached = theoretical.swin_reach(model.config, side, *effective.cell(position, (n, n)))[1:]
        return np.array([_bounds(seen) for seen in reached], np.float32) / n
    if family == "resnet":
        known = theoretical.fields(model, side)
    else:
        known = theoretical.vit_fields(side, model.config.patch_size, len(names))
    layers = {re.sub("^embedder .*", "embedder", layer.name): layer for layer in known}
    found = [theoretical.box(layers[name], *effective.cell(position, layers[name].grid), side) for name in names]
    return np.array(found, np.float32) / side


def _bounds(seen: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def filled(edges: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A field (row, column) that is 1 inside the edges and 0 outside."""
    top, left, bottom, right = (edges * [size[0], size[1], size[0], size[1]]).round().astype(int)
    field = np.zeros(size, np.float32)
    field[top:bottom, left:right] = 1
    return field


def cells(fields: np.ndarray) -> np.ndarray:
    """Fields (…, row, column) in at most MAX_CELLS cells a side, each as a multiple of its field's mean."""
    rows, columns = (side // -(-side // MAX_CELLS) for side in fields.shape[-2:])
    flat = torch.from_numpy(fields).reshape(-1, 1, *fields.shape[-2:])
    pooled = F.adaptive_avg_pool2d(flat, (rows, columns)).reshape(*fields.shape[:-2], rows, columns).numpy()
    return pooled / np.maximum(pooled.mean(axis=(-2, -1), keepdims=True), 1e-30)


def _each(fields: np.ndarray, measure) -> np.ndarray:
    lead = fields.shape[:3]
    found = [measure(field) for field in fields.reshape(-1, *fields.shape[-2:])]
    return np.array(found, np.float32).reshape(*lead, *found[0].shape)


def looks(model, photo: torch.Tensor, position: effective.Position) -> tuple[np.ndarray, np.ndarray]:
    """Mean attention distance (layer,) and the rollout from the position's patch (layer, row, column); nan without."""
    count, side = len(effective.layers(model)), max(photo.shape[-2:])
    none = np.full((count, 1, 1), np.nan, np.float32)
    if model.base_model_prefix == "resnet":
        return none[:, 0, 0], none
    if model.base_model_prefix == "swin":
        _, blocks = swin.walk(model, photo)
        return np.array([window_distance(block, model.config.patch_size) / side for block in blocks]), none
    patch_size = model.config.patch_size
    grid = (photo.shape[-2] // patch_size, photo.shape[-1] // patch_size)
    attention = vit.walk(model, photo)[1].cpu().numpy()
    row, column = effective.cell(position, grid)
    patches = grid[0] * grid[1]
    rolled = rollout(attention)[:, row * grid[1] + column - patches, -patches:]
    return mean_distance(attention, grid, patch_size).mean(-1) / side, rolled.reshape(-1, *grid)


def window_distance(block: SwinBlock, patch_size: int) -> float:
    """Mean distance in pixels that a Swin block's attention spans, over its windows, heads and queries."""
    rows, columns = np.divmod(block.window_token, block.grid[1])  # window, slot
    away = np.hypot(rows[:, :, None] - rows[:, None], columns[:, :, None] - columns[:, None])  # window, query, key
    return float((block.attention * away[:, None]).sum(-1).mean() * patch_size * 2**block.stage)
