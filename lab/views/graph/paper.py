"""A paper of Cora, what a trained network says of it, and which citations carry that."""

import numpy as np

from lab.format import fine_percent, table
from lab.text import Text
from lab.views.graph.graph import GraphMeta
from lab.views.payload import Payload
from models.traces import PaperTrace

TOLD = 5
"""Edges that the table has at most."""


def payload(trace: PaperTrace, text: Text) -> Payload:
    """As of a graph that is learned in the page; probability and whole are nan but for the first node."""
    meta: GraphMeta = {
        "kind": trace.kind,
        "nodes": trace.node,
        "classes": tuple(text.label(name) for name in trace.classes),
        "cut": trace.cut,
        "added": (),
        "first": 0,
        "sets": "cuts",
        "adds": False,
    }
    whole = ("source", "target", "label", "channel_layer", "channel_head")
    nodes = len(trace.node)
    return Payload(
        meta,
        {name: getattr(trace, name).astype(np.float32) for name in ("place", "weight")}
        | {name: getattr(trace, name).astype(np.int16) for name in whole}
        | {name: _first(getattr(trace, name), nodes) for name in ("probability", "whole")}
        | {"known": trace.known.astype(np.uint8)}
        | {"projected": np.empty((0, nodes, 2), np.float32), "explained": np.empty(0, np.float32)},
    )


def _first(row: np.ndarray, nodes: int) -> np.ndarray:
    return np.vstack([row, np.full((nodes - 1, len(row)), np.nan)]).astype(np.float32)


def claim(trace: PaperTrace, text: Text) -> str:
    """The answer, and the edges that change it most when they are cut, as a table."""
    best, names = int(trace.probability.argmax()), [text.label(name) for name in trace.classes]
    label, others = int(trace.label[0]), _others(trace)
    parts = [
        text(
            "graph.view.paper.right" if best == label else "graph.view.paper.wrong",
            kind=text(f"graph.choice.kind.{trace.kind}"),
            paper=trace.node[0],
            said=names[best],
            share=fine_percent(trace.probability[best]),
            field=names[label],
        ),
        text(
            "graph.view.paper.rests",
            near=len(others),
            told=int(trace.known[others].sum()),
            alike=int((trace.label[others] == label).sum()),
        ),
    ]
    if trace.kind == "gcn":
        parts.append(text("graph.view.paper.counts"))
    direct = trace.weight[-1, (trace.target == 0) & (trace.source != 0)]
    if len(direct):
        low, high = (fine_percent(share) for share in (direct.min(), direct.max()))
        parts.append(text("graph.view.paper.even", low=low, high=high, count=len(direct)))
    left = [at for at, row in enumerate(trace.without) if np.isfinite(row).all()]
    if not left:
        return text.sentences(*parts, text("graph.view.paper.alone"))
    head = [text(f"graph.view.paper.{word}") for word in ("edge", "attention", "then")]
    carried = sorted(left, key=lambda at: trace.without[at, best])[:TOLD]
    rows = [head, ["---", "---:", "---:"], *(_row(trace, at, best, names, text) for at in carried)]
    parts.append(text("graph.view.paper.table"))
    return text.sentences(*parts) + "\n\n" + table(rows)


def _others(trace: PaperTrace) -> list[int]:
    """The nodes that the first one hears of now."""
    heard = {0}
    for _ in range(int(trace.hop.max())):
        heard |= {int(source) for source, target in zip(trace.source, trace.target, strict=True) if target in heard}
    return sorted(heard - {0})


def _row(trace: PaperTrace, at: int, best: int, names: list[str], text: Text) -> list[str]:
    """An edge and the field of its farther paper, what the first one takes along it in the last layer, and the answer's
    probability without it."""
    near, far = sorted(trace.pair[at], key=lambda node: trace.hop[node])
    direct = (trace.source == far) & (trace.target == 0)
    taken = fine_percent(trace.weight[-1, direct][0]) if near == 0 else "–"
    flipped = int(trace.without[at].argmax())
    then = fine_percent(trace.without[at, best])
    if flipped != best:
        then = text("graph.view.paper.flips", share=then, said=names[flipped])
    edge = text("graph.view.paper.edge_to", near=trace.node[near], far=trace.node[far], field=names[trace.label[far]])
    return [edge, taken, then]
