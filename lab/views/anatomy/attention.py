"""Attention: queries, keys and values of every head, and what mask and scale do to its rows. Flow's payload serves."""

import numpy as np

from lab.format import number, scientific
from lab.text import Text
from lab.views.anatomy.flow import payload
from models.traces.walk import TextWalkTrace

__all__ = ["claim", "entropy", "payload"]


def claim(trace: TextWalkTrace, text: Text) -> str:
    """That the lecture's code computes what PyTorch and the model do, and what √d does to the rows, in a sentence."""
    stack = trace.flows[-1].stack
    own = next(one for one in trace.attention if one.kind == stack)
    code = next(one for one in trace.code if one.kind == stack and one.own)
    dim = own.query.shape[-1]
    seen = np.where(own.allowed, own.scores, -np.inf)
    return text(
        "anatomy.view.attention.claim",
        stack=text(f"anatomy.view.attention.stack_{stack}"),
        layers=len(own.scores),
        difference=scientific(float(code.difference.max())),
        model=scientific(float(code.model_difference.max())),
        dim=dim,
        scaled=number(float(entropy(seen).mean()), 2),
        unscaled=number(float(entropy(seen * np.sqrt(dim)).mean()), 2),
    )


def entropy(scores: np.ndarray) -> np.ndarray:
    """Entropy in bits of the softmax of rows of scores: (…,) from (…, key)."""
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return -(weights * np.log2(np.maximum(weights, 1e-30))).sum(-1)
