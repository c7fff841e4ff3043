"""What JSON holds of a trace: plain values, arrays with their axes, and the numbers that are asked for."""

import json
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from lab.api import found
from lab.api.found import Wanted
from models.axes import Trace
from models.errors import InputError


@dataclass(frozen=True, eq=False)
class Inner(Trace):
    score: Annotated[np.ndarray, "candidate"]
    token: str


@dataclass(frozen=True, eq=False)
class Outer(Trace):
    name: str
    share: float
    grid: tuple[int, ...]
    small: Annotated[np.ndarray, "row column"]
    large: Annotated[np.ndarray, "layer head key"]
    one: Inner
    steps: tuple[Inner, ...]


def made():
    inner = Inner(np.array([0.1, np.nan], np.float32), "a")
    large = np.arange(2 * 3 * 50, dtype=np.float32).reshape(2, 3, 50) / 10
    return Outer("x", float("inf"), (1, 2), np.eye(2, dtype=np.uint8), large, inner, (inner, inner))


def told(*names, without=()):
    return found.found(made(), Wanted.read([*names]), without)


def test_plain_values_and_small_arrays_are_there_unasked():
    trace = told()
    assert (trace["name"], trace["share"], trace["grid"]) == ("x", None, [1, 2])
    assert trace["small"] == {"axes": ["row", "column"], "shape": [2, 2], "numbers": [[1, 0], [0, 1]]}
    assert trace["large"] == {"axes": ["layer", "head", "key"], "shape": [2, 3, 50]}
    assert trace["steps"][1]["score"]["numbers"] == trace["one"]["score"]["numbers"] == [0.1, None]
    json.dumps(trace, allow_nan=False)


def test_arrays_are_asked_for_by_name_by_pattern_or_all():
    large = made().large
    assert np.array_equal(np.float32(told("large")["large"]["numbers"]), large)
    assert np.array_equal(np.float32(told("l*")["large"]["numbers"]), large)
    assert found.found(made(), Wanted.read(True))["large"]["numbers"]
    assert found.found(made(), Wanted.read(False)) == told()


def test_a_place_along_an_axis_leaves_the_other_axes():
    part = told("large[layer=1, key=7]")["large"]
    assert (part["axes"], part["shape"]) == (["head"], [3])
    assert np.array_equal(np.float32(part["numbers"]), made().large[1, :, 7])
    whole = told("large[layer=1,head=2,key=7]")["large"]
    assert (whole["axes"], whole["numbers"]) == ([], pytest.approx(float(made().large[1, 2, 7])))


def test_parts_may_be_left_out():
    assert {*told(without=("steps", "large"))} == {"name", "share", "grid", "small", "one"}
    with pytest.raises(InputError, match="no_array"):
        told("large", without=("large",))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("large", "arrays"),
        (3, "arrays"),
        ([3], "arrays"),
        (["large["], "arrays"),
        (["large[layer]"], "arrays"),
        (["large[layer=x]"], "arrays"),
        (["large[layer=-1]"], "arrays"),
        (["larger"], "no_array"),
        (["*.token"], "no_array"),
        (["large[row=0]"], "axis"),
        (["large[layer=2]"], "place"),
    ],
)
def test_what_is_no_array_is_refused(written, code):
    with pytest.raises(InputError) as refused:
        found.found(made(), Wanted.read(written))
    assert refused.value.code == f"api.{code}"


def test_an_answer_has_no_more_numbers_than_it_may(monkeypatch):
    monkeypatch.setattr(found, "MOST", 299)
    told("large[layer=0]")
    with pytest.raises(InputError, match="many_numbers"):
        told("large")
