"""What a position of a photo can see and does see, layer by layer, for the widget fields/field."""

from typing import TypedDict

import numpy as np

from lab.format import class_names, layer_name, percent
from lab.text import Text
from lab.views.payload import Payload
from models.traces import HALF_MASS, FieldsTrace, FieldTrace

LOW, HIGH = 0.1, 1000.0
"""Ends of the colour scale: a field's value as a multiple of its mean over the picture."""


class ColumnMeta(TypedDict):
    """One model."""

    model: str
    answer: str
    """The class that it gives the photo, in the page's language."""
    share: str
    """Its probability: "80%"."""
    layers: list[str]
    """In the page's language."""
    attends: list[bool]
    """Whether each layer has attention, and so a `distance`."""
    rolls: bool
    """Whether its attention is among all tokens, and so has a `rollout`."""


class FieldMeta(TypedDict):
    """One photo and one position; the arrays of column 0 end in _0, and so on."""

    position: tuple[float, float]
    """Down and across, as shares of the sides."""
    n_image: int
    """How many photos the average is over; 0 without an average, and then the axis `images` has one place."""
    columns: list[ColumnMeta]


def payload(trace: FieldsTrace, text: Text) -> Payload:
    """Every model's field, theoretical box and distances in every layer.

    pixels: (row, column, colour); field: (weights, images, layer, row, column), bytes of `levels`; box: (layer, edge);
    square: (weights, images, layer, edge), which holds half of the gradient mass; area: (weights, images, layer,
    definition) for half of the field, by RepLKNet's definition and by gradient mass; distance: (layer,), of attention;
    rollout: (layer, row, column), bytes of `levels` as well. Where there is none, distance and rollout are 0.
    """
    meta: FieldMeta = {
        "position": trace.position,
        "n_image": trace.n_image,
        "columns": [_column_meta(column, text) for column in trace.columns],
    }
    drawn = {f"{name}_{i}": each for i, column in enumerate(trace.columns) for name, each in _arrays(column).items()}
    return Payload(meta, drawn)


def _column_meta(column: FieldTrace, text: Text) -> ColumnMeta:
    return {
        "model": column.model,
        "answer": class_names(column.labels, text)[int(column.probability.argmax())],
        "share": percent(float(column.probability.max())),
        "layers": [layer_name(name, text) for name in column.layer_name],
        "attends": np.isfinite(column.attention_distance).tolist(),
        "rolls": bool(np.isfinite(column.rollout).any()),
    }


def _arrays(column: FieldTrace) -> dict[str, np.ndarray]:
    rollout = np.nan_to_num(column.rollout)
    mean = np.maximum(rollout.mean(axis=(1, 2), keepdims=True), 1e-30)
    return {
        "pixels": column.pixels,
        "field": levels(column.field),
        "box": column.box.astype(np.float32),
        "square": np.nan_to_num(column.square).astype(np.float32),
        "area": column.area[..., HALF_MASS, :].astype(np.float32),
        "distance": np.nan_to_num(column.attention_distance).astype(np.float32),
        "rollout": levels(rollout / mean),
    }


def levels(field: np.ndarray) -> np.ndarray:
    """A field as bytes on one logarithmic scale for all: 0 at a tenth of the mean or less, 255 at a thousand times."""
    share = np.log10(np.maximum(field, LOW) / LOW) / np.log10(HIGH / LOW)
    return np.round(np.minimum(share, 1) * 255).astype(np.uint8)
