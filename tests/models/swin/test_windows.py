"""Swin's windows as index arithmetic."""

import numpy as np

from models.swin.windows import group, reach, window_partition, window_reverse, window_token


def test_shift_then_reverse_shift_is_identity():
    tokens = window_token((6, 8), 2, 1)
    shifted = window_reverse(tokens, 2, (6, 8))
    assert shifted[0, 0] == 9
    np.testing.assert_array_equal(np.roll(shifted, (1, 1), (0, 1)), np.arange(48).reshape(6, 8))


def test_partition_then_reverse_is_identity():
    grid = np.arange(48).reshape(6, 8)
    np.testing.assert_array_equal(window_reverse(window_partition(grid, 2), 2, (6, 8)), grid)
    assert window_partition(grid, 2)[1].tolist() == [2, 3, 10, 11]


def test_without_shifts_a_patch_never_leaves_its_window():
    grids = [(8, 8)] * 3
    still = reach([group(grid, 2, 0) for grid in grids], grids, 0)
    assert [int(mask.sum()) for mask in still] == [1, 4, 4, 4]
    moving = reach([group(grid, 2, shift) for grid, shift in zip(grids, (0, 1, 0), strict=True)], grids, 9)
    assert [int(mask.sum()) for mask in moving] == [1, 4, 16, 16]
