"""Attention: queries, keys and values of every head, and what mask and scale do to its rows. Flow's payload serves."""

import numpy as np

from lab.format import number
from lab.text import Text
from lab.views.anatomy.flow import payload
from models.traces.walk import TranslatorWalkTrace

__all__ = ["claim", "entropy", "payload"]


def claim(trace: TranslatorWalkTrace, text: Text) -> str:
    """That the lecture's code computes what PyTorch and the model do, and what √d does to the rows, in a sentence."""
    masked = next(one for one in trace.attention if one.kind == "decoder")
    dim = masked.query.shape[-1]
    lower = np.where(masked.allowed, masked.scores, -np.inf)
    return text(
        "anatomy.view.attention.claim",
        layers=len(masked.scores),
        difference=_distance(trace.code.difference),
        model=_distance(trace.code.model_difference),
        dim=dim,
        scaled=number(float(entropy(lower).mean()), 2),
        unscaled=number(float(entropy(lower * np.sqrt(dim)).mean()), 2),
    )


def entropy(scores: np.ndarray) -> np.ndarray:
    """Entropy in bits of the softmax of rows of scores: (…,) from (…, key)."""
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return -(weights * np.log2(np.maximum(weights, 1e-30))).sum(-1)


def _distance(distances: np.ndarray) -> str:
    """The largest one: "0", "5e-07"."""
    return f"{distances.max():.0e}" if distances.any() else "0"
