"""Pre-LN or post-LN: which of the two each model is, and how its residual stream grows."""

import numpy as np

from lab.format import number, percent, scientific
from lab.style import SERIES, add_band, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import LayerNormTrace, StreamTrace

TIMES = 2.0
"""From here on a difference is told as a multiple."""


def chart(trace: LayerNormTrace, text: Text) -> dict:
    """Norm of the stream over depth, mean of the tokens, within a band from the smallest to the largest."""
    drawn = figure(text("blocks.view.norm_order.depth"), text("blocks.view.norm_order.length"))
    for colour, stream in zip(SERIES, trace.streams, strict=False):
        name = f"{plain(stream.model)}, {_order(stream, text)}"
        depth = np.linspace(0, 1, len(stream.length))
        bounds = [text(f"blocks.view.norm_order.{bound}", name=name) for bound in ("smallest", "largest")]
        length = stream.length
        add_band(drawn, length.min(1), length.max(1), bounds, group=name, x=depth, line={"color": colour})
        drawn.add_scatter(
            x=depth,
            y=stream.length.mean(1),
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 2.5},
            legendgroup=name,
        )
    drawn.update_xaxes(tickformat=".0%")
    drawn.update_yaxes(type="log", exponentformat="power", dtick=1)
    return to_dict(drawn)


def claim(trace: LayerNormTrace, text: Text) -> str:
    """A line for each model: its order, how far each order is from its own forward, and how the stream grows."""
    rows = [
        text(
            "blocks.view.norm_order.row",
            model=plain(stream.model),
            order=_order(stream, text),
            error=_error(min(stream.pre_error, stream.post_error), text),
            other=_error(max(stream.pre_error, stream.post_error), text),
            first=number(stream.length[0].mean(), 1),
            last=number(stream.length[-1].mean(), 1),
            layers=len(stream.length) - 1,
        )
        for stream in trace.streams
    ]
    return text("blocks.view.norm_order.claim") + "\n\n" + "\n".join(rows)


def _order(stream: StreamTrace, text: Text) -> str:
    return text(f"blocks.view.norm_order.{'pre' if stream.pre_norm else 'post'}")


def _error(error: float, text: Text) -> str:
    if error == 0:
        return text("blocks.view.norm_order.exactly")
    if error >= TIMES:
        return text("blocks.view.norm_order.times", times=number(error))
    return percent(error) if error >= 0.0001 else scientific(error)
