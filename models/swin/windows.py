"""Swin's windows as index arithmetic (Liu et al. 2021, section 3.2): which token stands where, and who may see whom.

Tokens are numbered row by row in the map; slots row by row in a window; windows row by row in the map.
"""

import numpy as np


def window_partition(grid: np.ndarray, window_size: int) -> np.ndarray:
    """A map (row, column) cut into windows: (window, slot)."""
    rows, columns = grid.shape
    cut = grid.reshape(rows // window_size, window_size, columns // window_size, window_size)
    return cut.transpose(0, 2, 1, 3).reshape(-1, window_size**2)


def window_token(grid: tuple[int, int], window_size: int, shift_size: int) -> np.ndarray:
    """The token in every slot of every window after the cyclic shift: (window, slot)."""
    tokens = np.arange(grid[0] * grid[1]).reshape(grid)
    return window_partition(np.roll(tokens, (-shift_size, -shift_size), (0, 1)), window_size)


def region_ids(grid: tuple[int, int], window_size: int, shift_size: int) -> np.ndarray:
    """The region, 0 to 8, of every place of the shifted map (row, column); without a shift there is one region.

    Places of different regions that share a window come from opposite sides of the picture.
    """
    if not shift_size:
        return np.zeros(grid, np.int64)
    row, column = (
        (np.arange(side) >= side - window_size).astype(np.int64) + (np.arange(side) >= side - shift_size)
        for side in grid
    )
    return 3 * row[:, None] + column[None]


def group(grid: tuple[int, int], window_size: int, shift_size: int) -> np.ndarray:
    """A number for every token (token,): tokens that may see each other in a block share it."""
    region = window_partition(region_ids(grid, window_size, shift_size), window_size)
    window = np.arange(len(region))[:, None]
    numbers = np.empty(grid[0] * grid[1], np.int64)
    numbers[window_token(grid, window_size, shift_size)] = 9 * window + region
    return numbers


def reach(groups: list[np.ndarray], grids: list[tuple[int, int]], patch: int) -> list[np.ndarray]:
    """Which patches of the first map can influence the place of `patch` after each block, by windows and shifts alone.

    groups, grids: of every block in order; a grid of half the sides follows patch merging. Returns one (patch,) of
    booleans for every number of blocks passed, from none to all.
    """
    alone = np.arange(grids[0][0] * grids[0][1]) == patch
    return [alone, *(_influence(groups[:count], grids[:count], patch) for count in range(1, len(groups) + 1))]


def _influence(groups: list[np.ndarray], grids: list[tuple[int, int]], patch: int) -> np.ndarray:
    row, column = divmod(patch, grids[0][1])
    shrunk = grids[0][0] // grids[-1][0]
    reached = np.zeros(grids[-1], bool)
    reached[row // shrunk, column // shrunk] = True
    for numbers, grid in zip(reversed(groups), reversed(grids), strict=True):
        if reached.shape != tuple(grid):
            reached = reached.repeat(2, axis=0).repeat(2, axis=1)
        reached = np.isin(numbers, numbers[reached.ravel()]).reshape(grid)
    return reached.ravel()
