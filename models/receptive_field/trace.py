"""One position of a photo in several models: what it can see, what it does see, and how far attention looks."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from models import families
from models.checkpoint import OpenModel
from models.families import Position
from models.pixels import prepare
from models.position import CENTRE
from models.prepared import PreparedModel, prepare_models
from models.progress import NO_PROGRESS, Progress
from models.receptive_field import effective
from models.traces import AREA_DEFINITIONS, FieldsTrace, FieldTrace

MAX_CELLS = 64
"""Cells a side in which a field is kept."""


def fields(
    photo: Image.Image,
    first_model: OpenModel,
    second_model: OpenModel,
    third_model: OpenModel,
    random: bool = False,
    average: Sequence[Image.Image] = (),
    position: Position = CENTRE,
    progress: Progress = NO_PROGRESS,
) -> FieldsTrace:
    """The fields of one position of a photo in three models of families.CLASSIFIERS.

    random: whether to measure models like these with random weights as well. average: photos to measure as well, on
    average. position: (down, across), shares in [0, 1). Raises InputError when
    a model is too large or does not fit the lab's pictures.
    """
    columns = prepare_models(photo, (first_model, second_model, third_model))
    return FieldsTrace(
        position=position,
        n_image=len(average),
        columns=tuple(trace_model(one, position, random, average, progress) for one in columns),
    )


def reach(
    photo: Image.Image,
    first_model: OpenModel,
    second_model: OpenModel,
    third_model: OpenModel,
    progress: Progress = NO_PROGRESS,
) -> FieldsTrace:
    """`fields` of the middle of a photo, without an average."""
    return fields(photo, first_model, second_model, third_model, progress=progress)


def trace_model(
    prepared: PreparedModel,
    position: Position,
    random: bool = False,
    average: Sequence[Image.Image] = (),
    progress: Progress = NO_PROGRESS,
) -> FieldTrace:
    """The fields of a position in one model, on its photo and, on average, on the other ones; `fields` says of what."""
    model, photo, side = prepared.model, prepared.pixels, prepared.size[0]
    others = [prepare(other, prepared.processor, model.config).to(photo.device) for other in average]
    image_sets = [photo, torch.cat(others)] if others else [photo]
    family = families.layers(model)
    units = family.units(model, side, position)
    measured = np.stack(
        [
            np.stack([effective.fields(weights, pixels, position, progress, units.unit) for pixels in image_sets])
            for weights in ((model, effective.random_like(model)) if random else (model,))
        ]
    )  # weights, images, layer, H, W
    with torch.inference_mode():
        attention = family.attention_reach(model, family.walk(model, photo), side, position)
    return FieldTrace(
        model=prepared.reference,
        layer_name=tuple(family.names(model)),
        labels=prepared.labels,
        pixels=prepared.picture(),
        probability=prepared.probability(),
        box=units.box,
        field=pool_to_cells(measured),
        **extents(measured, units.box, units.centre),
        attention_distance=attention.distance,
        rollout=attention.rollout,
    )


def extents(fields: np.ndarray, box: np.ndarray, centre: np.ndarray) -> dict[str, np.ndarray]:
    """How far fields (weights, images, layer, row, column) reach: area, square, radius and box_radius of a FieldTrace.

    box: (layer, edge), the theoretical fields; centre: (layer, axis), of the units. Both are shares of the sides.
    """
    filled = [box_mask(edges, fields.shape[-1]) for edges in box]
    whole = [effective.radius(mask, middle) for mask, middle in zip(filled, centre, strict=True)]

    def areas(field: np.ndarray, middle: Position, edges: effective.Edges) -> list[list[float]]:
        ratios = effective.area_ratios(field, middle, edges).values()
        return [[getattr(ratio, name) for name in AREA_DEFINITIONS] for ratio in ratios]

    def each(measure: Callable) -> np.ndarray:
        lead = np.ndindex(fields.shape[:3])
        found = [measure(fields[index], centre[index[-1]], box[index[-1]]) for index in lead]
        return np.array(found, np.float32).reshape(*fields.shape[:3], *np.shape(found[0]))

    return {
        "area": each(areas),
        "square": each(lambda field, middle, edges: effective.squares(field, middle, edges)[0.5]),
        "radius": each(lambda field, middle, _: effective.radius(field, middle)),
        "box_radius": np.array(whole, np.float32),
    }


def box_mask(edges: np.ndarray, side: int) -> np.ndarray:
    """A field (row, column) that is 1 inside the edges (top, left, bottom, right, as shares) and 0 outside."""
    top, left, bottom, right = (edges * side).round().astype(int)
    field = np.zeros((side, side), np.float32)
    field[top:bottom, left:right] = 1
    return field


def pool_to_cells(fields: np.ndarray) -> np.ndarray:
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
