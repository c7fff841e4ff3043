"""Which pixels speak for a model's answer, for the widget cnn_vs_attention/attribution."""

from typing import TypedDict

import numpy as np

from lab.format import percent
from lab.text import Text
from lab.views.payload import Payload, quantise
from models.traces import Attribution, AttributionsTrace


class ColumnMeta(TypedDict):
    """One model."""

    model: str
    label: str
    """The class that it answers, in the page's language."""
    share: str
    """Its probability: "90%"."""
    difference: str
    """The class's logit for the photo less that for a plain picture: "2.00", "-0.31"."""
    sum: str
    """Sum of the integrated gradients: "1.98"."""
    cam: bool
    """Whether there is a Grad-CAM."""


class AttributionMeta(TypedDict):
    """All models; the arrays of column 0 end in _0, and so on."""

    columns: list[ColumnMeta]


def payload(trace: AttributionsTrace, text: Text) -> Payload:
    """Every model's maps.

    pixels: (row, column, colour); integrated: (row, column), bytes a 127th of the largest size; cam: (row, column),
    bytes a 255th of the largest, one 0 where there is none.
    """
    meta: AttributionMeta = {"columns": [_column_meta(one, text) for one in trace.columns]}
    drawn = {f"{name}_{i}": each for i, one in enumerate(trace.columns) for name, each in _arrays(one).items()}
    return Payload(meta, drawn)


def _column_meta(one: Attribution, text: Text) -> ColumnMeta:
    return {
        "model": one.model,
        "label": text.label(one.label),
        "share": percent(one.probability),
        "difference": f"{one.logit_difference:.2f}",
        "sum": f"{one.logit_difference + one.completeness_error:.2f}",
        "cam": bool(np.isfinite(one.grad_cam).all()),
    }


def _arrays(one: Attribution) -> dict[str, np.ndarray]:
    integrated, _ = quantise(one.integrated_gradients.reshape(1, -1), np.int8)
    cam, _ = quantise(np.nan_to_num(one.grad_cam).reshape(1, -1))
    return {
        "pixels": one.pixels,
        "integrated": integrated.reshape(one.integrated_gradients.shape),
        "cam": cam.reshape(one.grad_cam.shape),
    }
