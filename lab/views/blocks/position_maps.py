"""The cosine of every patch's position with all others, for the widget blocks/position_maps."""

from typing import TypedDict

import numpy as np

from lab.format import number
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import PositionTablesTrace


class PositionMapsMeta(TypedDict):
    """What the widget needs besides the cosines."""

    grid: tuple[int, int]
    """Rows and columns of patches."""
    least: float
    """The smallest cosine."""


def payload(trace: PositionTablesTrace, text: Text) -> Payload:
    """cosine: (patch, patch); drawn as in Dosovitskiy et al. 2021, figure 7."""
    meta: PositionMapsMeta = {"grid": trace.grid, "least": float(trace.vit_cosine.min())}
    return Payload(meta, {"cosine": trace.vit_cosine})


def claim(trace: PositionTablesTrace, text: Text) -> str:
    """How often the patch most like a patch by position is one of its neighbours."""
    rows, columns = trace.grid
    others = trace.vit_cosine.copy()
    others[range(len(others)), range(len(others))] = -2
    nearest = others.argmax(1)
    apart = [abs(one // columns - at // columns) + abs(one % columns - at % columns) for at, one in enumerate(nearest)]
    beside = sum(steps == 1 for steps in apart)
    same_line = sum(one // columns == at // columns or one % columns == at % columns for at, one in enumerate(nearest))
    row, column = np.divmod(np.arange(rows * columns), columns)
    near = abs(row[:, None] - row) + abs(column[:, None] - column) == 1
    mirrored = trace.vit_cosine[np.arange(rows * columns), row * columns + columns - 1 - column]
    return text(
        "blocks.view.position_maps.claim",
        near=number(float(trace.vit_cosine[near].mean()), 2),
        mirrored=number(float(mirrored.mean()), 2),
        model=plain(trace.vit),
        beside=beside,
        line=same_line,
        patches=rows * columns,
        beside_guess=number((2 * (rows * (columns - 1) + columns * (rows - 1))) / (rows * columns - 1)),
        line_guess=number(rows * columns * (rows + columns - 2) / (rows * columns - 1)),
    )
