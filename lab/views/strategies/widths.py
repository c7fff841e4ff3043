"""What a wider beam brings, as recorded: quality, probability and length over beam width."""

import numpy as np
import plotly.graph_objects as go

from lab.format import number, percent
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import WidthsTrace


def chart(trace: WidthsTrace, text: Text) -> list[dict]:
    """BLEU, the mean log probability and the mean length of the best hypotheses."""
    drawn = {"bleu": trace.bleu, "log_prob": trace.log_prob, "length": trace.length}
    return [to_dict(by_width(trace, values, name, text)) for name, values in drawn.items()]


def by_width(trace: WidthsTrace, values: np.ndarray, name: str, text: Text) -> go.Figure:
    """A line for each length penalty. values: (penalty, width)."""
    drawn = figure(text("strategies.view.widths.width"), text(f"strategies.view.widths.{name}"))
    for at, penalty in enumerate(trace.penalty.tolist()):
        drawn.add_scatter(
            x=trace.width.tolist(),
            y=values[at].tolist(),
            mode="lines+markers",
            name=text("strategies.view.widths.penalty", penalty=f"{penalty:g}"),
            line={"color": SERIES[at], "width": 2.5},
        )
    drawn.update_xaxes(type="log", tickvals=trace.width.tolist(), ticktext=[str(one) for one in trace.width])
    return drawn


def claim(trace: WidthsTrace, text: Text) -> str:
    """Where each ranking is best and where it ends, and how alike beams are beside samples."""
    corpus = text(f"strategies.corpus.{trace.corpus}")
    lines = [text("strategies.view.widths.claim", model=trace.model, sentences=trace.sentences, corpus=corpus), ""]
    for at, penalty in enumerate(trace.penalty.tolist()):
        best = int(trace.bleu[at].argmax())
        lines.append(
            "- "
            + text(
                "strategies.view.widths.line",
                penalty=f"{penalty:g}",
                greedy=number(float(trace.bleu[at, 0]), 1),
                best=number(float(trace.bleu[at, best]), 1),
                width=int(trace.width[best]),
                last=number(float(trace.bleu[at, -1]), 1),
                widest=int(trace.width[-1]),
                before=number(float(trace.length[at, 0]), 1),
                after=number(float(trace.length[at, -1]), 1),
                low=number(float(trace.log_prob[at, 0]), 2),
                high=number(float(trace.log_prob[at, -1]), 2),
            )
        )
    alike = text(
        "strategies.view.widths.alike",
        count=trace.compared,
        beams=percent(trace.beam_distinct),
        samples=percent(trace.sample_distinct),
        bleu=number(trace.sample_bleu, 1),
    )
    return "\n".join([*lines, "", alike])
