"""How a checkpoint was trained: its loss, what was measured beside, and its learning rate."""

import numpy as np
import plotly.graph_objects as go

from lab.format import number, percent
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import HistoryTrace


def chart(trace: HistoryTrace, text: Text) -> list[dict]:
    """Training loss, the measure on held-out data, and the learning rate."""
    rate = line(trace.done, trace.rate, trace, text("strategies.view.history.rate"), text, points=False)
    rate.update_yaxes(tickformat=".0%")
    held = line(trace.at, trace.value, trace, text(f"strategies.view.history.{trace.measure}"), text, colour=1)
    if trace.measure == "val_accuracy":
        held.update_yaxes(tickformat=".0%")
    loss = line(trace.at, trace.loss, trace, text("strategies.view.history.loss"), text)
    return [to_dict(one) for one in (loss, held, rate)]


def line(
    x: np.ndarray, y: np.ndarray, trace: HistoryTrace, title: str, text: Text, points: bool = True, colour: int = 0
) -> go.Figure:
    """One curve over epochs or steps, through those where something was measured."""
    there = np.isfinite(y)
    drawn = figure(text(f"strategies.view.history.{trace.unit}"), title)
    drawn.add_scatter(
        x=x[there].tolist(),
        y=y[there].tolist(),
        mode="lines+markers" if points else "lines",
        name=title,
        line={"color": SERIES[colour], "width": 2.5},
        cliponaxis=False,
    )
    drawn.update_layout(showlegend=False)
    drawn.update_xaxes(range=[0, float(trace.at[-1])])
    drawn.update_yaxes(rangemode="tozero")
    return drawn


def claim(trace: HistoryTrace, text: Text) -> str:
    """From where to where, how long, and what the learning rate did."""
    lower = trace.measure == "val_loss"
    best = int(np.nanargmin(trace.value) if lower else np.nanargmax(trace.value))
    show = "{:.1%}".format if trace.measure == "val_accuracy" else lambda value: number(value, 2)
    losses = trace.loss[np.isfinite(trace.loss)]
    peak = int(trace.rate.argmax())
    said = text(
        "strategies.view.history.claim",
        model=trace.checkpoint,
        count=int(trace.at[-1]),
        unit=text(f"strategies.view.history.units.{trace.unit}"),
        hours=number(trace.hours, 2),
        device=trace.device,
        first=number(float(losses[0]), 2),
        last=number(float(losses[-1]), 2),
        measure=text(f"strategies.view.history.{trace.measure}"),
        best=show(float(trace.value[best])),
        at=int(trace.at[best]),
        end=show(float(trace.value[-1])),
        peak=percent(float(trace.done[peak] / trace.at[-1])),
        rates=", ".join(f"{name} {rate:g}" for name, rate in trace.peaks.items()),
    )
    more = []
    if trace.corpora:
        more.append(text("strategies.view.history.joined"))
    sizes = list(dict.fromkeys(trace.size[np.isfinite(trace.size)].astype(int).tolist()))
    if len(sizes) > 1:
        more.append(text("strategies.view.history.sizes", sizes=" → ".join(map(str, sizes))))
    return text.sentences(said, *more)
