"""What attention costs over resolution, as two charts and two sentences."""

import numpy as np

from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import CostTrace


def macs_chart(trace: CostTrace, text: Text) -> dict:
    """Multiply-adds: the formulas as dashed lines, what was counted as points."""
    chart = _chart(text("cost.view.cost.side"), text("cost.view.cost.macs"))
    for colour, kind in zip(SERIES, ("global", "window"), strict=False):
        name = text(f"cost.view.cost.{kind}")
        line = {"color": colour, "dash": "dash"}
        formula, counted = getattr(trace, f"{kind}_formula"), getattr(trace, f"{kind}_counted")
        chart.add_scatter(
            x=trace.side, y=formula, mode="lines", name=text("cost.view.cost.formula", name=name), line=line
        )
        chart.add_scatter(
            x=trace.side,
            y=counted,
            mode="markers",
            name=text("cost.view.cost.counted", name=name),
            marker=_marker(colour),
        )
    return to_dict(chart)


def time_chart(trace: CostTrace, text: Text) -> dict:
    """Milliseconds of one layer, measured; beyond that, global attention as its formula would go on, dashed."""
    chart = _chart(text("cost.view.cost.side"), text("cost.view.cost.milliseconds"))
    for colour, kind in zip(SERIES, ("global", "window"), strict=False):
        chart.add_scatter(
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
    chart.add_scatter(x=trace.side[last:], y=beyond, mode="lines", name=text("cost.view.cost.extrapolated"), line=line)
    return to_dict(chart)


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
        global_exponent=f"{exponent(trace, trace.global_seconds):.2f}",
        window_exponent=f"{exponent(trace, trace.window_seconds):.2f}",
        global_counted=f"{exponent(trace, trace.global_counted):.2f}",
        window_counted=f"{exponent(trace, trace.window_counted):.2f}",
        most=trace.side[last],
        tokens=f"{trace.side[last] ** 2:,}",
        ratio=f"{trace.global_seconds[last] / trace.window_seconds[last]:.1f}",
        macs=f"{trace.global_formula[last] / trace.window_formula[last]:.1f}",
    )


def _last(trace: CostTrace) -> int:
    """The largest map for which global attention was run."""
    return int(np.flatnonzero(np.isfinite(trace.global_seconds))[-1])


def _chart(x: str, y: str):
    chart = figure(x, y)
    chart.update_xaxes(type="log", tickvals=[8, 16, 32, 64, 128])
    chart.update_yaxes(type="log", exponentformat="power", dtick=1)
    return chart


def _marker(colour: str) -> dict:
    return {"color": colour, "size": 9}
