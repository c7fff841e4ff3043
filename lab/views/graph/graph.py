"""A small graph, what a network that was trained on it says, and what edges that are cut or added change."""

from itertools import chain
from typing import TypedDict

import numpy as np

from lab.format import number, percent
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import GraphTrace


class GraphMeta(TypedDict):
    """What the widget needs to know besides the arrays."""

    kind: str
    nodes: tuple[str, ...]
    classes: tuple[str, ...]
    cut: tuple[tuple[int, int], ...]
    added: tuple[tuple[int, int], ...]
    first: int
    """The node that is chosen at first."""
    sets: str
    """The hidden input that has the changed edges."""
    adds: bool
    """Whether edges can be added too."""


def payload(trace: GraphTrace, text: Text) -> Payload:
    """place (node, 2); source, target: (edge,), loops included; weight (channel, edge), the channels' layer and head;
    label and known (node,); probability and whole (node, class); projected (layer, node, 2) and explained (layer,)."""
    meta: GraphMeta = {
        "kind": trace.kind,
        "nodes": trace.node,
        "classes": tuple(text.label(name) for name in trace.classes),
        "cut": trace.cut,
        "added": trace.added,
        "first": int(trace.whole.max(1).argmin()),
        "sets": "changes",
        "adds": True,
    }
    numbers = ("place", "weight", "probability", "whole", "projected", "explained")
    whole = ("source", "target", "label", "channel_layer", "channel_head")
    return Payload(
        meta,
        {name: getattr(trace, name).astype(np.float32) for name in numbers}
        | {name: getattr(trace, name).astype(np.int16) for name in whole}
        | {"known": trace.known.astype(np.uint8)},
    )


def claim(trace: GraphTrace, text: Text) -> str:
    """How well the network was trained, and what the visitor's edges changed."""
    told = trace.label[trace.known]
    parts = [
        text(
            "graph.view.graph.trained",
            kind=text(f"graph.choice.kind.{trace.kind}"),
            steps=len(trace.loss) - 1,
            told=len(told),
            nodes=len(trace.node),
            loss=number(trace.loss[-1], 3),
        )
    ]
    asked = (trace.label >= 0) & ~trace.known
    if asked.any():
        right = trace.whole.argmax(1) == trace.label
        wrong = ", ".join(plain(trace.node[at]) for at in np.flatnonzero(asked & ~right)) or "–"
        parts.append(
            text("graph.view.graph.tested", right=int(right[asked].sum()), asked=int(asked.sum()), wrong=wrong)
        )
    if trace.doubled:
        parts.append(text("graph.view.graph.doubled", count=trace.doubled))
    if lonely := [plain(trace.node[at]) for at in np.flatnonzero(trace.known) if at not in _joined(trace)]:
        parts.append(text("graph.view.graph.lonely", nodes=", ".join(lonely)))
    parts.append(_changed(trace, text))
    return text.sentences(*parts)


def _joined(trace: GraphTrace) -> set[int]:
    """Nodes that have an edge, now or before it was cut."""
    return {*trace.source[trace.source != trace.target].tolist(), *chain.from_iterable(trace.cut)}


def _changed(trace: GraphTrace, text: Text) -> str:
    if not trace.cut and not trace.added:
        return text("graph.view.graph.unchanged")
    moved = np.abs(trace.probability - trace.whole).max(1)
    flips = (trace.probability.argmax(1) != trace.whole.argmax(1)).sum()
    return text(
        "graph.view.graph.changed",
        cut=len(trace.cut),
        added=len(trace.added),
        flips=int(flips),
        most=plain(trace.node[int(moved.argmax())]),
        moved=percent(float(moved.max())),
        still=int((moved < 1e-6).sum()),
    )
