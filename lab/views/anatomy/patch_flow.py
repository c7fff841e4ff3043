"""A patch's way through a Vision Transformer, from patch vector to class."""

from typing import TypedDict

import numpy as np

from lab.format import class_names, percent
from lab.text import Text, plain
from lab.views.anatomy.stream import StackMeta, leads_since, share_added, stack_arrays, stack_meta
from lab.views.payload import Payload
from models.traces.walk import VitWalkTrace


class PatchFlowMeta(TypedDict):
    """What the widget needs to know besides the arrays."""

    stacks: list[StackMeta]
    """One; tokens are the prefix tokens, then the patches row by row."""
    grid: tuple[int, int]
    prefix: tuple[str, ...]


def payload(trace: VitWalkTrace, text: Text) -> Payload:
    """The photo and the stream of every patch, with the classes in the page's language."""
    names = dict(zip(trace.labels, class_names(trace.labels, text), strict=False))
    stack = stack_meta(trace.flow)
    stack["name"] = [names[label] for label in trace.flow.name]
    meta: PatchFlowMeta = {"stacks": [stack], "grid": trace.grid, "prefix": trace.prefix}
    return Payload(meta, {"pixels": trace.pixels, **stack_arrays(trace.flow)})


def claim(trace: VitWalkTrace, text: Text) -> str:
    """From where on CLS has its answer, how much each kind of part adds to it, and what patches would answer."""
    flow, count = trace.flow, trace.grid[0] * trace.grid[1]
    added = dict(zip(flow.part, np.median(share_added(flow)[..., 0], axis=0), strict=True))
    best = int(flow.top[-1, 0, 0])
    return text(
        "anatomy.view.patch_flow.claim",
        label=plain(class_names(trace.labels, text)[trace.labels.index(flow.name[best])]),
        share=percent(float(flow.top_probability[-1, 0, 0])),
        layer=-(-int(leads_since(flow)[0]) // len(flow.part)),
        layers=len(flow.added),
        attention=percent(float(added["self_attention"])),
        feed_forward=percent(float(added["feed_forward"])),
        same=int((flow.top[-1, -count:, 0] == best).sum()),
        count=count,
        classes=len(trace.labels),
    )
