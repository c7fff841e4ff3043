"""One pass over all positions, and step by step with a cache and without: the same numbers, counted and timed."""

from typing import Any

import numpy as np

from lab.format import number, scientific
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import CacheTrace, StepByStep


def chart(trace: CacheTrace, text: Text) -> list[dict[str, Any]]:
    """Up to each token of the output: multiply-adds on the left, milliseconds on the right."""
    work = {"scale": 1e-6, "of": "multiply_adds", "title": text("anatomy.view.cache.work")}
    time = {"scale": 1e3, "of": "seconds", "title": text("anatomy.view.cache.time")}
    return [_chart(trace, text, **work), _chart(trace, text, **time)]


def _chart(trace: CacheTrace, text: Text, *, scale: float, of: str, title: str) -> dict[str, Any]:
    """What the calls up to each token add up to, and the one pass as a line that knows no steps."""
    calls = np.arange(1, len(trace.with_cache.seconds) + 1)
    drawn = figure(text("anatomy.view.cache.calls"), title)
    ways = {"without_cache": trace.without_cache, "with_cache": trace.with_cache}
    for colour, (name, steps) in zip(SERIES[1:], ways.items(), strict=False):
        drawn.add_scatter(
            x=calls.tolist(),
            y=(scale * np.cumsum(getattr(steps, of))).tolist(),
            mode="lines+markers",
            name=text(f"anatomy.view.cache.{name}"),
            line={"color": colour, "width": 3},
        )
    whole = scale * getattr(trace, f"one_pass_{of}")
    drawn.add_scatter(
        x=calls[[0, -1]].tolist(),
        y=[whole, whole],
        mode="lines",
        name=text("anatomy.view.cache.one_pass"),
        line={"color": SERIES[0], "width": 3, "dash": "dash"},
    )
    drawn.update_xaxes(dtick=max(1, len(calls) // 10))
    drawn.update_yaxes(rangemode="tozero")
    return to_dict(drawn)


def claim(trace: CacheTrace, text: Text) -> str:
    """Calls, multiply-adds and milliseconds of all three ways, and how far apart their numbers are."""

    def figures(steps: StepByStep) -> dict[str, str]:
        return {
            "work": number(steps.multiply_adds.sum() / 1e6, 1),
            "ms": number(1000 * steps.seconds.sum(), 1),
            "apart": scientific(steps.difference),
        }

    said = {
        "with_cache": figures(trace.with_cache),
        "without_cache": figures(trace.without_cache),
        "one_pass": {
            "work": number(trace.one_pass_multiply_adds / 1e6, 1),
            "ms": number(1000 * trace.one_pass_seconds, 1),
        },
    }
    numbers = {f"{way}_{name}": value for way, parts in said.items() for name, value in parts.items()}
    calls = len(trace.with_cache.seconds)
    key = "claim" if trace.source else "claim_decoder"
    return text(f"anatomy.view.cache.{key}", calls=calls, rounds=trace.rounds, device=plain(trace.device), **numbers)
