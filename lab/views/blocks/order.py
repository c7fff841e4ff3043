"""The order test: how far each token's output moves when the tokens change places, with and without positions."""

import numpy as np

from lab.format import percent, scientific
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from lab.views.pieces import piece_name
from models.traces import POSITION_SETTINGS, OrderTrace

FLOAT_ERROR = 1e-4
"""What rounding in float32 may change."""
LOWEST = 1e-9
"""Drawn in place of what did not change at all, which a logarithm has no place for."""


def chart(trace: OrderTrace, text: Text) -> dict:
    """A bar for each token of the sentence and each setting, on a logarithmic axis."""
    drawn = figure(text("blocks.view.order.token"), text("blocks.view.order.change"))
    for colour, setting, change in zip(SERIES, POSITION_SETTINGS, trace.change, strict=False):
        drawn.add_bar(
            x=np.arange(len(change)),
            y=np.maximum(change, LOWEST),
            name=text(f"blocks.view.order.{setting}"),
            marker={"color": colour},
            hovertemplate="%{y:.2e}",
        )
    words = [piece_name(token, text("widget.shared.end")) for token in trace.token]
    drawn.update_xaxes(tickvals=list(range(len(words))), ticktext=words)
    drawn.update_yaxes(type="log", exponentformat="power", range=[-9, 1], dtick=1)
    return to_dict(drawn)


def claim(trace: OrderTrace, text: Text) -> str:
    """The shuffled sentence, the mean change with positions, the largest without, and whether that is rounding."""
    kept, without = trace.change
    shuffled = " ".join(trace.token[at].replace("▁", "") for at in trace.order[:-1])
    held = "holds" if without.max() < FLOAT_ERROR else "fails"
    return text(
        f"blocks.view.order.{held}",
        shuffled=plain(shuffled),
        kept=percent(float(kept.mean())),
        without=scientific(float(without.max())),
    )
