"""Curves of several seeds over a training, and what they reached, in a table."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from lab.format import number, percent
from lab.style import add_band, figure
from lab.text import Text
from models.traces import DetailsTrace, StrategiesTrace


def over_steps(title: str, steps: int, text: Text) -> go.Figure:
    """An empty chart over so many steps of training."""
    drawn = figure(text("strategies.view.train.steps"), title)
    drawn.update_xaxes(range=[0, steps])
    return drawn


def add_curve(drawn: go.Figure, step: np.ndarray, values: np.ndarray, name: str, colour: str, text: Text) -> None:
    """The mean over the seeds of values (seed, row), and what lies between the lowest and the highest of several."""
    if len(values) > 1:
        names = [text(f"strategies.view.train.{bound}", curve=name) for bound in ("lowest", "highest")]
        fill = f"rgba({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:], 16)}, 0.2)"
        drawn_band = {"x": step.tolist(), "fillcolor": fill, "line": {"color": colour}}
        add_band(drawn, values.min(0), values.max(0), names, group=name, **drawn_band)
    drawn.add_scatter(
        x=step.tolist(),
        y=values.mean(0),
        mode="lines+markers",
        name=name,
        legendgroup=name,
        line={"color": colour, "width": 2.5},
    )


def with_spread(values: np.ndarray, show: Callable[[float], str] = percent) -> str:
    """The mean, and the lowest and highest of several."""
    mean = show(float(values.mean()))
    return mean if len(values) == 1 else f"{mean} ({show(float(values.min()))}–{show(float(values.max()))})"


FEW = 20
"""Held-out pairs, below which their shares are said to be coarse."""


def learned(trace: StrategiesTrace | DetailsTrace, text: Text) -> str:
    """What was learned, how long and with how many seeds; a warning where so few are asked that a share says little."""
    said = text(
        "strategies.view.train.claim",
        learned=number(trace.learned),
        held_out=number(trace.held_out),
        parameters=number(trace.parameters),
        steps=number(int(trace.step[-1])),
        seeds=trace.loss.shape[1],
    )
    if trace.done and trace.step[-1] < trace.steps:
        said = text.sentences(said, text("strategies.view.train.stopped", steps=number(trace.steps)))
    if trace.held_out < FEW:
        said = text.sentences(
            said, text("strategies.view.train.few", count=trace.held_out, share=percent(1 / trace.held_out))
        )
    return said


def spread_said(trace: StrategiesTrace | DetailsTrace, text: Text) -> str:
    """How far to trust a difference, by the number of seeds."""
    return text("strategies.view.train.one_seed" if trace.loss.shape[1] == 1 else "strategies.view.train.noise")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """In Markdown; all but the first column are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
