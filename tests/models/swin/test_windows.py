"""Swin's windows as index arithmetic."""

import numpy as np

from models.swin.windows import group, reach, window_partition, window_token


def test_windows_hold_the_shifted_map():
    token = window_token((6, 8), 2, 1)
    assert token.shape == (12, 4) and sorted(token.ravel()) == list(range(48))
    for window, slots in enumerate(token):
        row, column = 2 * (window // 4), 2 * (window % 4)
        wanted = [(row + down + 1) % 6 * 8 + (column + right + 1) % 8 for down in range(2) for right in range(2)]
        assert slots.tolist() == wanted


def test_a_map_is_cut_row_by_row():
    grid = np.arange(48).reshape(6, 8)
    assert window_partition(grid, 2)[1].tolist() == [2, 3, 10, 11]
    np.testing.assert_array_equal(window_partition(grid, 2), window_token((6, 8), 2, 0))


def test_without_shifts_a_patch_never_leaves_its_window():
    grids = [(8, 8)] * 3
    still = reach([group(grid, 2, 0) for grid in grids], grids, 0)
    assert [int(mask.sum()) for mask in still] == [1, 4, 4, 4]
    moving = reach([group(grid, 2, shift) for grid, shift in zip(grids, (0, 1, 0), strict=True)], grids, 9)
    assert [int(mask.sum()) for mask in moving] == [1, 4, 16, 16]
