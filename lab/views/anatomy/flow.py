"""Flow: a token's way through a stack of a language model; also what Attention draws from."""

from typing import TypedDict

import numpy as np

from lab.format import percent
from lab.text import Text
from lab.views.anatomy.code import CodeMeta, code_meta
from lab.views.anatomy.stream import StackMeta, leads_since, packed, share_added, stack_arrays, stack_meta
from lab.views.payload import Payload
from models.traces.walk import AttentionName, TextWalkTrace


class WalkMeta(TypedDict):
    """What the widgets of a language model's walk need to know besides the arrays."""

    stacks: list[StackMeta]
    kinds: list[AttentionName]
    output: list[str]
    """What the model says at each token of the last stack."""
    positions: bool
    code: list[CodeMeta]
    """Of every kind of attention, each way to set its mask and scale."""


def payload(trace: TextWalkTrace, text: Text) -> Payload:
    """All numbers of a walk, one file for its views.

    Of each kind of attention: query, key and value (layer, head, token, dim), scores (layer,
    head, query, key), allowed (query, key). Of each stack: hidden and activated (layer, token, inner).
    """
    arrays: dict[str, np.ndarray] = {}
    for stack, inner in zip(trace.flows, trace.feed_forward, strict=True):
        arrays |= stack_arrays(stack)
        arrays |= packed({f"{stack.stack}_hidden": inner.hidden, f"{stack.stack}_activated": inner.activated})
    for one in trace.attention:
        arrays |= packed({f"{one.kind}_{name}": getattr(one, name) for name in ("query", "key", "value")})
        arrays[f"{one.kind}_scores"] = one.scores.astype(np.float32)
        arrays[f"{one.kind}_allowed"] = one.allowed.astype(np.uint8)
    meta: WalkMeta = {
        "stacks": [stack_meta(one) for one in trace.flows],
        "kinds": [one.kind for one in trace.attention],
        "output": list(trace.output),
        "positions": trace.positions,
        "code": [code_meta(one) for one in trace.code],
    }
    return Payload(meta, arrays)


def claim(trace: TextWalkTrace, text: Text) -> str:
    """How much each kind of part adds, and how early the answers of the last stack are there, in a sentence."""
    flow = trace.flows[-1]
    added = dict(zip(flow.part, np.median(share_added(flow), axis=(0, 2)), strict=True))
    since, states = leads_since(flow), len(flow.top)
    said = {
        "early": int((since <= states - 1 - len(flow.part)).sum()),
        "count": len(since),
        "layers": len(flow.added),
        "start": int((since == 0).sum()),
        "own": percent(float(added["self_attention"])),
        "feed_forward": percent(float(added["feed_forward"])),
    }
    if "cross_attention" in added:
        return text("anatomy.view.flow.claim", cross=percent(float(added["cross_attention"])), **said)
    return text(f"anatomy.view.flow.claim_{flow.stack}", **said)
