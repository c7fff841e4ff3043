"""A point of a picture, and the cell of a map that holds it."""

from models.families import Position, Unit

CENTRE: Position = (0.5, 0.5)


def cell_at(position: Position, grid: tuple[int, int]) -> Unit:
    """Row and column of the cell of a map that holds a position. Raises ValueError for one outside the picture."""
    if not all(0 <= share < 1 for share in position):
        raise ValueError(f"the position {position} is not in the picture")
    return int(position[0] * grid[0]), int(position[1] * grid[1])
