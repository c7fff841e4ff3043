"""The recorded accuracy on Cora: by kind of layer and edges, and by depth."""

import numpy as np
import plotly.graph_objects as go

from lab.format import percent, table
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import GRAPH_EDGES, TRAINED_GRAPH_KINDS, CoraTrace


def chart(trace: CoraTrace, text: Text) -> list[dict]:
    """Accuracy by edges and kind; by depth accuracy, and the distance of two papers."""
    deep = depth_chart(trace, trace.deep_accuracy, "accuracy", text)
    deep.update_yaxes(tickformat=".0%")
    far = depth_chart(trace, trace.deep_distance, "far", text)
    return [to_dict(drawn) for drawn in (edges_chart(trace, text), deep, far)]


def edges_chart(trace: CoraTrace, text: Text) -> go.Figure:
    """A bar for each kind with each sort of edges; bars of error are one standard deviation of the seeds."""
    drawn = figure(text("graph.view.compare.edges"), text("graph.view.compare.accuracy"))
    trained = [edges for edges in GRAPH_EDGES if has_run(trace, edges)]
    for at, kind in enumerate(trace.kind):
        rows = [trace.accuracy[GRAPH_EDGES.index(edges), at] for edges in trained]
        drawn.add_bar(
            x=[edges_name(edges, text) for edges in trained],
            y=[mean(row) for row in rows],
            error_y={"array": [spread(row) for row in rows], "color": SERIES[-1]},
            name=kind_name(kind, text),
            marker={"color": SERIES[at]},
        )
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    return drawn


def depth_chart(trace: CoraTrace, values: np.ndarray, name: str, text: Text) -> go.Figure:
    """What a GCN and a GAT reach over the number of layers. values: (trained, depth, seed)."""
    drawn = figure(text("graph.view.compare.depth"), text(f"graph.view.compare.{name}"))
    for at, kind in enumerate(TRAINED_GRAPH_KINDS):
        drawn.add_scatter(
            x=trace.depth.tolist(),
            y=[mean(row) for row in values[at]],
            error_y={"array": [spread(row) for row in values[at]]},
            mode="lines+markers",
            name=kind_name(kind, text),
            line={"color": SERIES[trace.kind.index(kind)], "width": 2.5},
        )
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_xaxes(tickvals=trace.depth.tolist())
    return drawn


def has_run(trace: CoraTrace, edges: str) -> bool:
    """Whether any network was trained with these edges."""
    return bool(np.isfinite(trace.accuracy[GRAPH_EDGES.index(edges)]).any())


def kind_name(kind: str, text: Text) -> str:
    """A short name of the kind."""
    return text(f"graph.view.compare.{kind}")


def edges_name(edges: str, text: Text) -> str:
    """What edges the networks had."""
    return text(f"graph.view.compare.{edges}")


def mean(row: np.ndarray) -> float | None:
    """Over the seeds that there are; None where there is none."""
    seen = row[np.isfinite(row)]
    return float(seen.mean()) if len(seen) else None


def spread(row: np.ndarray) -> float | None:
    """The standard deviation of the seeds; None where there are not two."""
    seen = row[np.isfinite(row)]
    return float(seen.std(ddof=1)) if len(seen) > 1 else None


def cell(row: np.ndarray, text: Text) -> str:
    """Mean, deviation and number of the seeds: "83.1% ± 0.6 (10)"."""
    count = int(np.isfinite(row).sum())
    if not count:
        return text("graph.view.compare.not_yet")
    deviation = spread(row)
    return f"{mean(row):.1%}" + (f" ± {100 * deviation:.1f}" if deviation is not None else "") + f" ({count})"


def claim(trace: CoraTrace, text: Text) -> str:
    """A row for each kind; then what is missing, and what deeper networks reached."""
    trained = [edges for edges in GRAPH_EDGES if has_run(trace, edges)]
    head = [text(f"graph.view.compare.{word}") for word in ("kind", "parameters")]
    rows = [[*head, *(edges_name(edges, text) for edges in trained)], ["---", *["---:"] * (1 + len(trained))]]
    for at, kind in enumerate(trace.kind):
        cells = [cell(trace.accuracy[GRAPH_EDGES.index(edges), at], text) for edges in trained]
        rows.append([kind_name(kind, text), f"{trace.parameters[at]:,}", *cells])
    missing = [edges_name(edges, text) for edges in GRAPH_EDGES if edges not in trained]
    gaps = [text("graph.view.compare.missing", edges=", ".join(missing))] if missing else []
    deep = [
        text("graph.view.compare.deepest", kind=kind_name(kind, text), steps=_steps(trace, at))
        for at, kind in enumerate(TRAINED_GRAPH_KINDS)
        if np.isfinite(trace.deep_accuracy[at]).any()
    ]
    return "\n\n".join([text("graph.view.compare.claim"), table(rows), *gaps, *deep])


def _steps(trace: CoraTrace, at: int) -> str:
    rows = zip(trace.depth, trace.deep_accuracy[at], trace.deep_distance[at], strict=True)
    found = [(depth, mean(right), mean(far)) for depth, right, far in rows]
    return ", ".join(
        f"{depth}: {percent(right)} / {far:.2f}" for depth, right, far in found if right is not None and far is not None
    )
