"""Which pixels speak for a model's answer: facts and arrays for the widget Evidence."""

import numpy as np

from lab.text import Text
from lab.views.payload import percent, quantise
from models.traces import EvidenceTrace


def facts(evidence: tuple[EvidenceTrace, ...], text: Text) -> dict:
    """What the widget needs to know besides the arrays."""
    return {
        "columns": [
            {
                "model": one.model,
                "label": text.label(one.label),
                "share": percent(one.probability),
                "difference": f"{one.logit_difference:.2f}",
                "sum": f"{one.logit_difference + one.completeness_error:.2f}",
                "cam": bool(np.isfinite(one.grad_cam).all()),
            }
            for one in evidence
        ]
    }


def arrays(evidence: tuple[EvidenceTrace, ...]) -> dict[str, np.ndarray]:
    """What the widget draws, by name; one set for every column.

    integrated: (row, column), bytes a 127th of the largest size; cam: (row, column), bytes a 255th of the largest.
    """
    drawn: dict[str, np.ndarray] = {}
    for index, one in enumerate(evidence):
        integrated, _ = quantise(one.integrated.reshape(1, -1), np.int8)
        cam, _ = quantise(np.nan_to_num(one.grad_cam).reshape(1, -1))
        drawn |= {
            f"pixels_{index}": one.pixels,
            f"integrated_{index}": integrated.reshape(one.integrated.shape),
            f"cam_{index}": cam.reshape(one.grad_cam.shape),
        }
    return drawn
