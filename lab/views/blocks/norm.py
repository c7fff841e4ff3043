"""Every LayerNorm of an encoder on a sentence, for the widget blocks/norm, and what was measured about it."""

from typing import TypedDict

import numpy as np

from lab.format import percent, scientific
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import LayerNormTrace

SCALE, SHIFT = 3.0, 5.0
"""What x is multiplied by, and what is added, to measure the invariance of every token."""


class LayerNormMeta(TypedDict):
    """A translator's encoder on one sentence."""

    model: str
    tokens: tuple[str, ...]
    parts: tuple[str, ...]
    pre_norm: bool
    eps: float


def payload(trace: LayerNormTrace, text: Text) -> Payload:
    """x: (layer, part, token, width); weight and bias: (layer, part, width)."""
    meta: LayerNormMeta = {
        "model": trace.model,
        "tokens": trace.token,
        "parts": trace.part,
        "pre_norm": trace.pre_norm,
        "eps": trace.eps,
    }
    return Payload(meta, {"x": trace.x, "weight": trace.weight, "bias": trace.bias})


def layer_norm(trace: LayerNormTrace, x: np.ndarray) -> np.ndarray:
    """Every LayerNorm of the trace on x (layer, part, token, width): each token by its own mean and variance."""
    centred = x - x.mean(-1, keepdims=True)
    return _scaled(trace, centred / np.sqrt(x.var(-1, keepdims=True) + trace.eps))


def batch_norm(trace: LayerNormTrace, x: np.ndarray) -> np.ndarray:
    """The same with the mean and variance of each dimension over the tokens, γ and β as they are."""
    centred = x - x.mean(-2, keepdims=True)
    return _scaled(trace, centred / np.sqrt(x.var(-2, keepdims=True) + trace.eps))


def _scaled(trace: LayerNormTrace, normalised: np.ndarray) -> np.ndarray:
    return normalised * trace.weight[:, :, None] + trace.bias[:, :, None]


def claim(trace: LayerNormTrace, text: Text) -> str:
    """How little scale and shift moved all LayerNorms, and how much half of the batch moved a BatchNorm."""
    x = trace.x.astype(np.float64)
    whole, half = x, x[:, :, : max(1, x.shape[2] // 2)]
    moved = np.abs(layer_norm(trace, SCALE * x + SHIFT) - layer_norm(trace, x)).max()
    changes = [
        np.linalg.norm(norm(trace, half) - norm(trace, whole)[:, :, : half.shape[2]], axis=-1)
        / np.maximum(np.linalg.norm(norm(trace, whole)[:, :, : half.shape[2]], axis=-1), 1e-12)
        for norm in (layer_norm, batch_norm)
    ]
    return text(
        "blocks.view.norm.claim",
        model=plain(trace.model),
        count=x.shape[0] * x.shape[1],
        tokens=len(trace.token),
        scale=f"{SCALE:g}",
        shift=f"{SHIFT:g}",
        moved=scientific(float(moved)),
        half=half.shape[2],
        layer=percent(float(np.median(changes[0]))),
        batch=percent(float(np.median(changes[1]))),
    )
