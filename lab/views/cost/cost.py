"""What attention costs over resolution, as two charts side by side and a few sentences."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.format import number
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import CostTrace


def chart(trace: CostTrace, text: Text) -> list[dict[str, Any]]:
    """What is counted on the left, what is timed on the right."""
    return [to_dict(macs_chart(trace, text)), to_dict(time_chart(trace, text))]


def macs_chart(trace: CostTrace, text: Text) -> go.Figure:
    """Multiply-adds: the formulas as dashed lines, what was counted as points."""
    drawn = _figure(text("cost.view.cost.side"), text("cost.view.cost.macs"))
    for colour, kind in zip(SERIES, ("global", "window"), strict=False):
        name = text(f"cost.view.cost.{kind}")
        line = {"color": colour, "dash": "dash"}
        formula, counted = getattr(trace, f"{kind}_formula"), getattr(trace, f"{kind}_counted")
        drawn.add_scatter(
            x=trace.side, y=formula, mode="lines", name=text("cost.view.cost.formula", name=name), line=line
        )
        drawn.add_scatter(
            x=trace.side,
            y=counted,
            mode="markers",
            name=text("cost.view.cost.counted", name=name),
            marker=_marker(colour),
        )
    return drawn


def time_chart(trace: CostTrace, text: Text) -> go.Figure:
    """Milliseconds of one layer, measured; beyond that, global attention as its formula would go on, dashed."""
    drawn = _figure(text("cost.view.cost.side"), text("cost.view.cost.milliseconds"))
    for colour, kind in zip(SERIES, ("global", "window"), strict=False):
        drawn.add_scatter(
            x=trace.side,
            y=getattr(trace, f"{kind}_seconds") * 1000,
            mode="lines+markers",
            name=text(f"cost.view.cost.{kind}"),
            line={"color": colour},
            marker=_marker(colour),
        )
    last = _last(trace)
    beyond = trace.global_formula[last:] / trace.global_formula[last] * trace.global_seconds[last] * 1000
    line = {"color": SERIES[0], "dash": "dash"}
    drawn.add_scatter(x=trace.side[last:], y=beyond, mode="lines", name=text("cost.view.cost.extrapolated"), line=line)
    return drawn


def exponent(trace: CostTrace, cost: np.ndarray) -> float:
    """How cost grows with the number of tokens N: the slope k of cost = a N^k.

    Fitted to the larger half of the sizes at which both kinds were measured.
    """
    last = _last(trace) + 1
    some = slice(last // 2, last)
    return float(np.polyfit(np.log(trace.side[some] ** 2.0), np.log(cost[some]), 1)[0])


def gain_from(trace: CostTrace, margin: float = 1.2) -> int | None:
    """The smallest map, tokens a side, from which on windows were faster by a margin; None where they never were."""
    last = _last(trace) + 1
    slower = np.flatnonzero(trace.window_seconds[:last] * margin > trace.global_seconds[:last])
    first = int(slower[-1]) + 1 if len(slower) else 0
    return int(trace.side[first]) if first < last else None


def claim(trace: CostTrace, text: Text) -> str:
    """What was measured about "window attention makes O(N^2) into O(N)", in a few sentences."""
    last, side = _last(trace), gain_from(trace)
    return text(
        "cost.view.cost.claim" if side else "cost.view.cost.claim_without_gain",
        device=trace.device,
        n_embd=trace.n_embd,
        window=trace.window_size,
        side=side,
        global_exponent=number(exponent(trace, trace.global_seconds), 2),
        window_exponent=number(exponent(trace, trace.window_seconds), 2),
        global_counted=number(exponent(trace, trace.global_counted), 2),
        window_counted=number(exponent(trace, trace.window_counted), 2),
        most=trace.side[last],
        tokens=number(trace.side[last] ** 2),
        ratio=number(trace.global_seconds[last] / trace.window_seconds[last], 1),
        macs=number(trace.global_formula[last] / trace.window_formula[last], 1),
    )


def _last(trace: CostTrace) -> int:
    """The largest map for which global attention was run."""
    return int(np.flatnonzero(np.isfinite(trace.global_seconds))[-1])


def _figure(x: str, y: str) -> go.Figure:
    drawn = figure(x, y)
    drawn.update_xaxes(type="log", tickvals=[8, 16, 32, 64, 128])
    drawn.update_yaxes(type="log", exponentformat="power", dtick=1)
    return drawn


def _marker(colour: str) -> dict[str, Any]:
    return {"color": colour, "size": 9}
