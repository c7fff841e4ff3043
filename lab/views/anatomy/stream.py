"""What the page gets of a walk: the residual stream of a stack, and the queries, keys and values of its attention.

Vectors come as 16-bit numbers, each in 32767ths of its largest size, which lies beside it as <name>_max.
"""

from typing import TypedDict

import numpy as np

from lab.views.payload import quantise
from models.parts import PartKind, StackName
from models.traces.walk import FlowTrace


class StackMeta(TypedDict):
    """A stack besides its arrays, whose names begin with `stack`."""

    stack: StackName
    token: list[str]
    """Of a decoder after an encoder the first is the start, "▶"."""
    part: list[PartKind]
    """Of each layer, in order."""
    layers: int
    pre_norm: bool
    centred: bool
    """Whether the norms are LayerNorms, or RMSNorms."""
    adds_position: bool
    eps: float
    name: list[str]
    """Tokens or classes, to which the arrays <stack>_top refer."""


def stack_meta(flow: FlowTrace) -> StackMeta:
    """What a widget needs to know of a stack besides the arrays."""
    return {
        "stack": flow.stack,
        "token": ["▶", *flow.token[1:]] if "cross_attention" in flow.part else list(flow.token),
        "part": list(flow.part),
        "layers": len(flow.added),
        "pre_norm": flow.pre_norm,
        "centred": flow.centred,
        "adds_position": bool(flow.position.any()),
        "eps": flow.eps,
        "name": list(flow.name),
    }


def stack_arrays(flow: FlowTrace) -> dict[str, np.ndarray]:
    """Embedding, position and start (token, width), added (layer, part, token, width), norms, and the logit lens."""
    vectors = {name: getattr(flow, name) for name in ("embedding", "position", "start", "added")}
    return {
        **packed({f"{flow.stack}_{name}": array for name, array in vectors.items()}),
        f"{flow.stack}_norm_weight": flow.norm_weight.astype(np.float32),
        f"{flow.stack}_norm_bias": flow.norm_bias.astype(np.float32),
        f"{flow.stack}_top": flow.top.astype(np.uint16),
        f"{flow.stack}_top_probability": flow.top_probability.astype(np.float32),
    }


def packed(vectors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every array of vectors (…, width) as 16-bit numbers, and the largest size of each vector as <name>_max."""
    found: dict[str, np.ndarray] = {}
    for name, array in vectors.items():
        found[name], found[f"{name}_max"] = quantise(array, np.int16)
    return found


def share_added(flow: FlowTrace) -> np.ndarray:
    """The length of what each part adds, as a share of the stream's before it: (layer, part, token)."""
    length = np.linalg.norm(flow.states()[:-1], axis=-1)
    before = length.reshape(*flow.added.shape[:2], -1)
    return np.linalg.norm(flow.added.astype(np.float32), axis=-1) / np.maximum(before, 1e-12)


def leads_since(flow: FlowTrace) -> np.ndarray:
    """From which state on each token's last answer has been the most probable one: (token,)."""
    best = flow.top[..., 0]
    agrees = best[::-1] == best[-1]
    return len(best) - np.where(agrees.all(0), len(best), agrees.argmin(0))
