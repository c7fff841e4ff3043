"""The small print of a training: the curves of all variants of a detail, and what each reached."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import numpy as np
import plotly.graph_objects as go

from lab.format import number, percent, scientific
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from lab.views.strategies.curves import add_curve, learned, over_steps, spread_said, table, with_spread
from models.strategies.variants import AHEAD, DETAILS
from models.traces import DetailsTrace

CHARTS = {
    "warmup": ("loss", "correct", "norm"),
    "schedule": ("loss", "correct", "rate"),
    "clipping": ("loss", "correct", "norm"),
    "smoothing": ("correct", "logit_gap"),
    "averaging": ("held_loss", "correct", "rate"),
    "optimizer": ("loss", "held_loss", "correct"),
}
"""Curves of the trace, by detail."""
SHARES = ("correct", "rate", "clipped", "exact", "calibration")
"""What is a share, between 0 and 1."""
NOTHING = "–"
"""Before the first step, and of a model whose numbers have become too large."""
FIRST_COLUMNS, LAST_COLUMN = ("variant", "correct", "exact", "held_loss"), "seconds"
COLUMNS = {
    "warmup": ("loss", "largest_norm"),
    "schedule": ("loss",),
    "clipping": ("largest_norm", "clipped"),
    "smoothing": ("calibration", "logit_gap"),
    "averaging": (),
    "optimizer": ("loss",),
}
"""What else the table says, by detail."""
OUTCOMES = ("lower", "not_lower", "all", "some", "none")
"""Of a comparison: with one seed alone, and with several."""
OVER_ALL: dict[str, Callable[..., np.ndarray]] = {"largest_norm": np.max, "clipped": np.mean}
"""What is said of the whole training; of all else, what it was at the end."""


def chart(trace: DetailsTrace, text: Text) -> list[dict]:
    """The curves that the detail is about; for label smoothing the reliability too."""
    drawn = [curve_chart(trace, name, text) for name in CHARTS[trace.detail]]
    if trace.detail == "smoothing":
        drawn.append(reliability_chart(trace, text))
    return [to_dict(one) for one in drawn]


def curve_chart(trace: DetailsTrace, curve: str, text: Text) -> go.Figure:
    """One of the trace's curves, of all variants."""
    drawn = over_steps(text(f"strategies.view.details.{curve}"), trace.steps, text)
    values = getattr(trace, curve)
    for at, variant in enumerate(trace.variant):
        rows = values[at] if values.ndim == 3 else values[at][None]
        add_curve(drawn, trace.step, rows, variant_name(trace.detail, variant, text), SERIES[at], text)
    if curve in SHARES:
        drawn.update_yaxes(tickformat=".0%", range=[0, 1.02])
    else:
        drawn.update_yaxes(rangemode="tozero")
    return drawn


def reliability_chart(trace: DetailsTrace, text: Text) -> go.Figure:
    """The share of right predictions over their confidence, where there are any; dotted: a calibrated model."""
    drawn = figure(text("strategies.view.details.confidence"), text("strategies.view.details.right_of_bin"))
    for at, variant in enumerate(trace.variant):
        made = trace.bin_count[at] > 0
        drawn.add_scatter(
            x=trace.bin_confidence[at, made].tolist(),
            y=trace.bin_right[at, made].tolist(),
            mode="lines+markers",
            name=variant_name(trace.detail, variant, text),
            line={"color": SERIES[at], "width": 2.5},
        )
    drawn.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name=text("strategies.view.details.calibrated"),
        line={"color": SERIES[7], "width": 2, "dash": "dot"},
    )
    drawn.update_xaxes(tickformat=".0%", range=[0, 1.02])
    drawn.update_yaxes(tickformat=".0%", range=[0, 1.02])
    return drawn


def variant_name(detail: str, variant: str, text: Text) -> str:
    """With the numbers of its setting."""
    return text(f"strategies.view.details.variant.{variant}", **asdict(DETAILS[detail][variant]))


def claim(trace: DetailsTrace, text: Text) -> str:
    """What was learned and reached, what is said of the detail, and in how many seeds a variant is ahead of another."""
    names = (*FIRST_COLUMNS, *COLUMNS[trace.detail], LAST_COLUMN)
    head = [text(f"strategies.view.details.column.{name}") for name in names]
    rows = [[_cell(trace, at, name, text) for name in names] for at in range(len(trace.variant))]
    compared = [f"- {_compared(trace, *pair, text)}" for pair in AHEAD[trace.detail].pairs]
    about = text(f"strategies.view.details.about.{trace.detail}")
    return "\n".join(
        [learned(trace, text), "", table(head, rows), "", about, "", *compared, "", spread_said(trace, text)]
    )


def end(trace: DetailsTrace, measure: str) -> np.ndarray:
    """What a variant reached, by (variant, seed); of the whole training where OVER_ALL says so."""
    values = getattr(trace, measure)
    if values.ndim < 3:
        return values
    return OVER_ALL[measure](values[..., 1:], -1) if measure in OVER_ALL and values.shape[-1] > 1 else values[..., -1]


def _cell(trace: DetailsTrace, at: int, name: str, text: Text) -> str:
    if name == "variant":
        return variant_name(trace.detail, trace.variant[at], text)
    if name == LAST_COLUMN:
        return text("strategies.view.train.time", seconds=number(float(trace.seconds[at]), 1))
    reached = end(trace, name)[at]
    return with_spread(reached, shown(name)) if np.isfinite(reached).all() else NOTHING


def shown(measure: str) -> Callable[[float], str]:
    """How a value of a measure is written."""
    if measure in SHARES:
        return percent
    return scientific if measure == "largest_norm" else partial(number, decimals=2)


def _compared(trace: DetailsTrace, ahead: str, behind: str, text: Text) -> str:
    """Whether the first variant is ahead of the second, seed by seed: equal seeds began alike."""
    measure = AHEAD[trace.detail].measure
    one, other = (end(trace, measure)[trace.variant.index(name)] for name in (ahead, behind))
    return text(
        f"strategies.view.details.ahead_{outcome(one < other)}",
        ahead=variant_name(trace.detail, ahead, text),
        behind=variant_name(trace.detail, behind, text),
        measure=text(f"strategies.view.details.column.{measure}"),
        one=shown(measure)(float(one.mean())),
        other=shown(measure)(float(other.mean())),
        count=int((one < other).sum()),
        seeds=len(one),
    )


def outcome(lower: np.ndarray) -> str:
    """Of OUTCOMES, for whether it is lower (seed,)."""
    if len(lower) == 1:
        return "lower" if lower[0] else "not_lower"
    return "all" if lower.all() else "some" if lower.any() else "none"
