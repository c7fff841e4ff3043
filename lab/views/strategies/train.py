"""Training by several strategies, side by side: small charts of the same axes, and what each reached."""

import numpy as np
import plotly.graph_objects as go

from lab.format import number, percent
from lab.style import SERIES
from lab.text import Text
from lab.views.payload import to_dict
from lab.views.strategies.curves import add_curve, learned, over_steps, spread_said, table, with_spread
from models.traces import TRAINING_STRATEGIES, StrategiesTrace

GOLD, OWN, EPSILON = SERIES[0], SERIES[1], SERIES[7]


def chart(trace: StrategiesTrace, text: Text) -> list[dict]:
    """A chart for each strategy, and one with the loss of all."""
    strategies = [strategy_chart(trace, at, text) for at in range(len(trace.strategy))]
    return [to_dict(one) for one in (*strategies, loss_chart(trace, text))]


def strategy_chart(trace: StrategiesTrace, at: int, text: Text) -> go.Figure:
    """Right characters with both prefixes, whose gap is the exposure bias, and how often the true one was read."""
    drawn = over_steps(strategy_name(trace.strategy[at], text), trace.steps, text)
    for name, shares, colour in (("gold", trace.right_gold, GOLD), ("own", trace.right_own, OWN)):
        add_curve(drawn, trace.step, shares[at], text(f"strategies.view.train.right_{name}"), colour, text)
    drawn.add_scatter(
        x=trace.step.tolist(),
        y=trace.epsilon[at],
        mode="lines",
        name=text("strategies.view.train.epsilon"),
        line={"color": EPSILON, "width": 2, "dash": "dot"},
    )
    drawn.update_yaxes(tickformat=".0%", range=[0, 1.02])
    return drawn


def loss_chart(trace: StrategiesTrace, text: Text) -> go.Figure:
    """What each was trained on: the surprise at the true character after what was read."""
    drawn = over_steps(text("strategies.view.train.loss"), trace.steps, text)
    for at, strategy in enumerate(trace.strategy):
        colour = SERIES[2 + TRAINING_STRATEGIES.index(strategy)]
        add_curve(drawn, trace.step, trace.loss[at], strategy_name(strategy, text), colour, text)
    drawn.update_yaxes(rangemode="tozero")
    return drawn


def strategy_name(strategy: str, text: Text) -> str:
    """As the visitor chooses it."""
    return text(f"strategies.choice.strategies.{strategy}")


def claim(trace: StrategiesTrace, text: Text) -> str:
    """What was learned, a row for each strategy, and how far the seeds lie apart."""
    head = [text(f"strategies.view.train.{word}") for word in COLUMNS]
    rows = [_row(trace, at, text) for at in range(len(trace.strategy))]
    return f"{learned(trace, text)}\n\n{table(head, rows)}\n\n{spread_said(trace, text)}"


COLUMNS = ("strategy", "right", "gap", "whole", "after", "seconds")


def _row(trace: StrategiesTrace, at: int, text: Text) -> list[str]:
    """Of one strategy, at the end: means over the seeds, lowest and highest of several; the gap is after a step."""
    gaps = (trace.right_gold[at] - trace.right_own[at]).mean(0)
    widest = 1 + int(gaps[1:].argmax()) if len(gaps) > 1 else 0
    return [
        strategy_name(trace.strategy[at], text),
        " / ".join(with_spread(part[at, :, -1]) for part in (trace.right_gold, trace.right_own)),
        text(
            "strategies.view.train.gaps",
            last=number(100 * float(gaps[-1]), 1),
            largest=number(100 * float(gaps[widest]), 1),
            step=number(int(trace.step[widest])),
        ),
        with_spread(trace.exact[at, :, -1]),
        _after(trace, at, text),
        text("strategies.view.train.time", seconds=number(float(trace.seconds[at]), 1)),
    ]


def _after(trace: StrategiesTrace, at: int, text: Text) -> str:
    """Right after the first mistake: had it been corrected, and with the mistake; seeds without one are left out."""
    made = np.isfinite(trace.after_gold[at, :, -1])
    if not made.any():
        return text("strategies.view.train.no_mistake")
    gold, own = (float(part[at, made, -1].mean()) for part in (trace.after_gold, trace.after_own))
    return text("strategies.view.train.after_both", gold=percent(gold), own=percent(own))
