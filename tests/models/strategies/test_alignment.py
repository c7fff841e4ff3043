import math

import pytest

from models.strategies.alignment import changed, columns, matches


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ([1, 2, 3], [1, 2, 3], [(0, 0), (1, 1), (2, 2)]),
        ([1, 2, 3], [9, 1, 3], [(0, 1), (2, 2)]),
        ([1, 2], [3, 4], []),
        ([], [1], []),
    ],
)
def test_pairs_are_equal_tokens_that_rise_on_both_sides(one, other, pairs):
    assert matches(one, other) == pairs
    assert all(one[at] == other[then] for at, then in pairs)


def test_the_share_that_the_other_has_not():
    assert changed([1, 2, 3], [1, 2, 3]) == 0
    assert changed([1, 2], [3, 4]) == 1
    assert changed([1, 2, 3, 4], [1, 2]) == pytest.approx(1 / 3)
    assert math.isnan(changed([], []))


def test_columns_have_every_token_once_and_equal_ones_together():
    one, other = [1, 2, 3, 4, 5], [1, 9, 8, 7, 4]
    assert columns(one, other) == [(0, 0), (1, 1), (2, 2), (-1, 3), (3, 4), (4, -1)]
    assert columns([], [1]) == [(-1, 0)] and columns([1], [1]) == [(0, 0)] and columns([], []) == []
