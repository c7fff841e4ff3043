"""How far more layers hear, and how alike they make all nodes: two charts and what was measured."""

import numpy as np
import plotly.graph_objects as go

from lab.format import number, percent
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import TRAINED_GRAPH_KINDS, DepthTrace


def chart(trace: DepthTrace, text: Text) -> list[dict]:
    """Reach and right answers on the left, distances on the right."""
    return [to_dict(reach_chart(trace, text)), to_dict(distance_chart(trace, text))]


def reach_chart(trace: DepthTrace, text: Text) -> go.Figure:
    """Share of the other nodes that are heard of, and right answers of the networks that were trained."""
    drawn = figure(text("graph.view.depth.count"), text("graph.view.depth.share"))
    drawn.add_scatter(
        x=trace.layer.tolist(),
        y=trace.reached.tolist(),
        mode="lines",
        name=text("graph.view.depth.heard"),
        line={"color": SERIES[-1], "width": 2.5},
    )
    for at, kind in enumerate(TRAINED_GRAPH_KINDS):
        if np.isfinite(trace.right[at]).any():
            drawn.add_scatter(
                x=trace.depth.tolist(),
                y=trace.right[at],
                mode="lines+markers",
                name=text("graph.view.depth.right", kind=kind_name(kind, text)),
                line={"color": SERIES[at], "width": 2.5},
            )
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    drawn.update_xaxes(tickvals=trace.depth.tolist())
    return drawn


def distance_chart(trace: DepthTrace, text: Text) -> go.Figure:
    """Distances with first weights, mean of the seeds; points: the networks that were trained."""
    drawn = figure(text("graph.view.depth.count"), text("graph.view.depth.distance"))
    for at, kind in enumerate(trace.kind):
        drawn.add_scatter(
            x=trace.layer.tolist(),
            y=trace.distance[at].mean(0),
            mode="lines",
            name=kind_name(kind, text),
            line={"color": SERIES[at], "width": 2.5},
        )
    for at, kind in enumerate(TRAINED_GRAPH_KINDS):
        if np.isfinite(trace.trained_distance[at]).any():
            drawn.add_scatter(
                x=trace.depth.tolist(),
                y=trace.trained_distance[at],
                mode="markers",
                name=text("graph.view.depth.trained", kind=kind_name(kind, text)),
                marker={"color": SERIES[trace.kind.index(kind)], "size": 10, "symbol": "diamond"},
            )
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_xaxes(tickvals=trace.depth.tolist())
    return drawn


def kind_name(kind: str, text: Text) -> str:
    """A short name of the kind."""
    return text(f"graph.view.depth.{kind}")


def claim(trace: DepthTrace, text: Text) -> str:
    """How many layers hear of everything there is, and a line for each kind."""
    heard = trace.reached
    enough = int(trace.layer[np.flatnonzero(heard == heard[-1])[0]])
    parts = [
        text(
            "graph.view.depth.claim",
            first=percent(heard[0]),
            second=percent(heard[1]),
            enough=enough,
            last=percent(heard[-1]),
        )
    ]
    for at, kind in enumerate(trace.kind):
        mean, last = trace.distance[at].mean(0), trace.distance[at, :, -1]
        parts.append(
            text(
                "graph.view.depth.untrained",
                kind=kind_name(kind, text),
                first=number(mean[0], 2),
                last=number(mean[-1], 2),
                layers=trace.layer[-1],
                lowest=number(last.min(), 2),
                highest=number(last.max(), 2),
                seeds=len(last),
            )
        )
    for at, kind in enumerate(TRAINED_GRAPH_KINDS):
        done = np.flatnonzero(np.isfinite(trace.trained_distance[at]))
        if not len(done) or not np.isfinite(trace.right[at]).any():
            continue
        answers = ", ".join(f"{trace.depth[one]}: {percent(trace.right[at, one])}" for one in done)
        parts.append(text("graph.view.depth.answers", kind=kind_name(kind, text), answers=answers))
    return "\n".join([parts[0], "", *(f"- {part}" for part in parts[1:])])
