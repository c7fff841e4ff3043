"""What attention costs over resolution, as two charts and two sentences."""

import numpy as np

from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import CostTrace


def macs_chart(trace: CostTrace, text: Text) -> dict:
    """Multiply-adds: the formulas as dashed lines, what was counted as points."""
    chart = _chart(text("cost.side"), text("cost.macs"))
    for colour, kind in zip(SERIES, ("global", "window"), strict=False):
        name = text(f"cost.{kind}")
        line = {"color": colour, "dash": "dash"}
        formula, counted = getattr(trace, f"{kind}_formula"), getattr(trace, f"{kind}_counted")
        chart.add_scatter(x=trace.side, y=formula, mode="lines", name=text("cost.formula", name=name), line=line)
        chart.add_scatter(
            x=trace.side, y=counted, mode="markers", name=text("cost.counted", name=name), marker=_marker(colour)
        )
    return to_dict(chart)


def time_chart(trace: CostTrace, text: Text) -> dict:
    """Seconds of one layer, measured."""
    chart = _chart(text("cost.side"), text("cost.milliseconds"))
    for colour, kind in zip(SERIES, ("global", "window"), strict=False):
        seconds = getattr(trace, f"{kind}_seconds")
        chart.add_scatter(
            x=trace.side,
            y=seconds * 1000,
            mode="lines+markers",
            name=text(f"cost.{kind}"),
            line={"color": colour},
            marker=_marker(colour),
        )
    return to_dict(chart)


def exponent(side: np.ndarray, cost: np.ndarray) -> float:
    """How cost grows with the number of tokens N: the slope k of cost = a N^k, fitted to the larger half measured."""
    known = np.flatnonzero(np.isfinite(cost))
    known = known[len(known) // 2 :]
    return float(np.polyfit(np.log(side[known] ** 2.0), np.log(cost[known]), 1)[0])


def gain_from(trace: CostTrace) -> int | None:
    """The smallest map, tokens a side, from which on windows were faster at every size measured; None without one."""
    known = np.isfinite(trace.global_seconds)
    faster = trace.window_seconds[known] < trace.global_seconds[known]
    slower = np.flatnonzero(~faster)
    first = int(slower[-1]) + 1 if len(slower) else 0
    return int(trace.side[known][first]) if first < len(faster) else None


def claim(trace: CostTrace, text: Text) -> str:
    """What was measured about "window attention makes O(N^2) into O(N)", in a few sentences."""
    last = int(np.flatnonzero(np.isfinite(trace.global_seconds))[-1])
    side = gain_from(trace)
    return text(
        "cost.claim" if side else "cost.claim_without_gain",
        device=trace.device,
        side=side,
        global_exponent=f"{exponent(trace.side, trace.global_seconds):.2f}",
        window_exponent=f"{exponent(trace.side, trace.window_seconds):.2f}",
        most=trace.side[last],
        tokens=f"{trace.side[last] ** 2:,}",
        ratio=f"{trace.global_seconds[last] / trace.window_seconds[last]:.0f}",
        macs=f"{trace.global_formula[last] / trace.window_formula[last]:.1f}",
    )


def _chart(x: str, y: str):
    chart = figure(x, y)
    chart.update_xaxes(type="log", tickvals=[8, 16, 32, 64, 128])
    chart.update_yaxes(type="log", exponentformat="power", dtick=1)
    return chart


def _marker(colour: str) -> dict:
    return {"color": colour, "size": 9}
