"""How far one wrong token is felt, as recorded over many sentences: charts by distance and a sentence."""

import numpy as np
import plotly.graph_objects as go

from lab.format import number, percent
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import MISTAKES, RecoveryTrace


def chart(trace: RecoveryTrace, text: Text) -> list[dict]:
    """By distance: the divergence, what is missing, and over how many sentences both are means."""
    return [
        to_dict(by_distance(trace, trace.divergence, text("strategies.view.recovery.divergence"), text)),
        to_dict(by_distance(trace, trace.lost, text("strategies.view.recovery.lost"), text, share=True)),
        to_dict(reaching_chart(trace, text)),
    ]


def by_distance(trace: RecoveryTrace, values: np.ndarray, title: str, text: Text, share: bool = False) -> go.Figure:
    """A line for each kind of mistake. values: (mistake, distance), shares where `share`."""
    drawn = figure(text("strategies.view.recovery.distance"), title)
    for at, mistake in enumerate(MISTAKES):
        drawn.add_scatter(
            x=trace.distance.tolist(),
            y=values[at].tolist(),
            mode="lines+markers",
            name=text(f"strategies.view.recovery.{mistake}"),
            line={"color": SERIES[at], "width": 2.5},
        )
    drawn.update_yaxes(rangemode="tozero", tickformat=".0%" if share else None)
    return drawn


def reaching_chart(trace: RecoveryTrace, text: Text) -> go.Figure:
    """A bar for each distance."""
    title = text("strategies.view.recovery.reaching")
    drawn = figure(text("strategies.view.recovery.distance"), title)
    drawn.add_bar(x=trace.distance.tolist(), y=trace.reaching.tolist(), name=title, marker={"color": SERIES[7]})
    return drawn.update_layout(showlegend=False)


def claim(trace: RecoveryTrace, text: Text) -> str:
    """A line for each kind of mistake: how often nothing changes, how much does, and how the doubt fades."""
    corpus = text(f"strategies.corpus.{trace.corpus}")
    lines = [text("strategies.view.recovery.claim", model=trace.model, sentences=trace.sentences, corpus=corpus), ""]
    for at, mistake in enumerate(MISTAKES):
        lines.append(
            "- "
            + text(
                "strategies.view.recovery.line",
                kind=text(f"strategies.view.recovery.{mistake}"),
                positions=int(trace.positions[at]),
                unchanged=percent(float(trace.unchanged[at] / trace.positions[at])),
                changed=percent(float(trace.changed[at])),
                near=number(float(trace.divergence[at, 0]), 2),
                far=number(float(trace.divergence[at, -1]), 2),
                distance=int(trace.distance[-1]),
            )
        )
    return "\n".join(lines)
