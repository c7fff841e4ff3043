"""A point of a picture: checked, and the cell of a map that holds it."""

from typing import Any

import numpy as np

from models.errors import InputError, in_range
from models.families import Position, Unit

CENTRE: Position = (0.5, 0.5)


def checked_point(position: Any) -> Position:
    """The position (down, across). Raises InputError unless it is two shares in [0, 1)."""
    if not isinstance(position, list | tuple) or len(position) != 2:
        raise InputError("fields.position")
    down, across = (in_range("fields.position", share, 0, np.nextafter(1, 0)) for share in position)
    return down, across


def cell_at(position: Position, grid: tuple[int, int]) -> Unit:
    """Row and column of the cell of a map that holds a position. Raises ValueError for one outside the picture."""
    if not all(0 <= share < 1 for share in position):
        raise ValueError(f"the position {position} is not in the picture")
    return int(position[0] * grid[0]), int(position[1] * grid[1])
