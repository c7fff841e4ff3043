"""A trace checks its axes, cannot be changed, and is saved without loss unless its annotation allows it."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from models.axes import HALF, Trace


@dataclass(frozen=True, eq=False)
class Part(Trace):
    name: str
    exact: Annotated[np.ndarray, "row column"]
    rough: Annotated[np.ndarray, "row", HALF]


@dataclass(frozen=True, eq=False)
class Whole(Trace):
    one: Part
    many: tuple[Part, ...]
    pairs: tuple[tuple[int, int], ...]
    number: Annotated[np.ndarray, "item"]


def part(rows=3, name="a"):
    exact = np.random.default_rng(0).normal(size=(rows, 2)).astype(np.float32)
    return Part(name, exact, np.full(rows, 1 / 3, np.float32))


def whole():
    return Whole(part(), (part(2, "b"), part(4, "c")), ((1, 2), (3, 4)), np.array([0.1]))


def test_an_axis_has_one_size():
    with pytest.raises(ValueError, match="'row' has 2, expected 3"):
        Part("a", np.zeros((3, 2)), np.zeros(2))


@pytest.mark.parametrize("exact", [np.zeros(3), np.zeros((3, 2, 1)), [[1.0, 2.0]], None])
def test_an_array_has_the_axes_of_its_annotation(exact):
    with pytest.raises(ValueError, match="needs the axes 'row column'"):
        Part("a", exact, np.zeros(3))


def test_no_axis_is_empty():
    with pytest.raises(ValueError, match="'column' has 0"):
        Part("a", np.zeros((3, 0)), np.zeros(3))


def test_a_trace_cannot_be_changed():
    seen = whole()
    for array in (seen.number, seen.one.exact, seen.many[1].rough):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_saving_loses_nothing_but_what_may_be_rough(tmp_path):
    seen = whole()
    seen.save(tmp_path / "run.npz")
    again = Whole.load(tmp_path / "run.npz")
    np.testing.assert_array_equal(again.one.exact, seen.one.exact)
    np.testing.assert_array_equal(again.many[1].exact, seen.many[1].exact)
    np.testing.assert_array_equal(again.number, seen.number)
    assert again.number.dtype == np.float64
    np.testing.assert_array_equal(again.one.rough, seen.one.rough.astype(np.float16).astype(np.float32))
    assert (again.one.rough != seen.one.rough).all()
    assert (again.pairs, again.many[1].name) == (((1, 2), (3, 4)), "c")


def test_its_size_counts_every_array():
    assert part().nbytes == 3 * 2 * 4 + 3 * 4
    assert whole().nbytes == sum(one.nbytes for one in (part(), part(2), part(4))) + 8
