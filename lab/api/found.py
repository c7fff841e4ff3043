"""A trace as JSON: plain values as they are, arrays with axes and shapes, numbers of small arrays and of those wanted.

An array is named by its way through the trace: "attention", "search.next_tokens.log_prob", "columns.0.pixels".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
import orjson

from models.axes import Trace
from models.errors import InputError

SMALL = 64
"""Numbers of an array that needs not be asked for."""
MOST = 2_000_000
"""Numbers of one answer."""
WANTED = re.compile(r"([^\[\]]+)(?:\[([^\[\]]*)\])?")
PLACE = re.compile(r"\s*(\w+)\s*=\s*([0-9]{1,9})\s*")


class Array(NamedTuple):
    """An array of a trace, with the names of its axes."""

    axes: tuple[str, ...]
    values: np.ndarray


@dataclass(frozen=True)
class Wanted:
    """Arrays that are asked for: a name, in which * stands for anything, and the place along some axes."""

    pattern: str
    places: Mapping[str, int]

    @classmethod
    def read(cls, written: Any) -> list["Wanted"]:
        """True for all; else a list such as ["pixels", "attention[layer=11,head=0]"]. Raises InputError."""
        if isinstance(written, bool):
            return [cls("*", {})] if written else []
        if not isinstance(written, list):
            raise InputError("api.arrays")
        return [cls._one(one) for one in written]

    @classmethod
    def _one(cls, written: Any) -> "Wanted":
        parts = WANTED.fullmatch(written) if isinstance(written, str) else None
        places = [PLACE.fullmatch(one) for one in (parts[2] or "").split(",") if one.strip()] if parts else [None]
        if not parts or not all(places):
            raise InputError("api.arrays")
        return cls(parts[1].strip(), {place[1]: int(place[2]) for place in places if place})

    def of(self, array: Array) -> Array:
        """What is asked for of an array. Raises InputError where it has no such axis, or the axis no such place."""
        for axis, place in self.places.items():
            if axis not in array.axes:
                raise InputError("api.axis", axis=axis, axes=", ".join(array.axes))
            along = array.axes.index(axis)
            if place >= array.values.shape[along]:
                raise InputError("api.place", axis=axis, most=array.values.shape[along] - 1)
            array = Array((*array.axes[:along], *array.axes[along + 1 :]), array.values.take(place, along))
        return array


def found(trace: Trace, wanted: list[Wanted], without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON of a trace without some of its parts. Raises InputError for arrays that there are not."""
    arrays = {name: array for name, array in _arrays(trace, "") if name.split(".")[0] not in without}
    chosen: dict[str, Array] = {}
    for one in wanted:
        named = [name for name in arrays if fnmatchcase(name, one.pattern)]
        if not named:
            raise InputError("api.no_array", name=one.pattern[:80], names=", ".join([*arrays][:40]))
        chosen |= {name: one.of(arrays[name]) for name in named}
    count = sum(array.values.size for array in chosen.values())
    if count > MOST:
        raise InputError("api.many_numbers", count=f"{count:,}", most=f"{MOST:,}")
    told = {name: _json(array, chosen.get(name)) for name, array in arrays.items()}
    return {name: value for name, value in _tree(trace, "", told).items() if name not in without}


def _arrays(trace: Trace, prefix: str) -> Iterator[tuple[str, Array]]:
    """The arrays of a trace and of those that it holds, by name."""
    axes = type(trace).axes()
    for name, value in _fields(trace):
        if isinstance(value, np.ndarray):
            yield prefix + name, Array(axes[name], value)
        elif isinstance(value, Trace):
            yield from _arrays(value, f"{prefix}{name}.")
        elif _are_traces(value):
            for index, one in enumerate(value):
                yield from _arrays(one, f"{prefix}{name}.{index}.")


def _tree(trace: Trace, prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    tree = {}
    for name, value in _fields(trace):
        if isinstance(value, np.ndarray):
            tree[name] = arrays.get(prefix + name)
        elif isinstance(value, Trace):
            tree[name] = _tree(value, f"{prefix}{name}.", arrays)
        elif _are_traces(value):
            tree[name] = [_tree(one, f"{prefix}{name}.{index}.", arrays) for index, one in enumerate(value)]
        else:
            tree[name] = _plain(value)
    return tree


def _fields(trace: Trace) -> Iterator[tuple[str, Any]]:
    for field in fields(trace):  # pyright: ignore[reportArgumentType]
        yield field.name, getattr(trace, field.name)


def _are_traces(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Trace)


def _json(array: Array, chosen: Array | None) -> dict[str, Any]:
    """Axes and shape; the numbers of what is chosen of it, or of the whole where it is small."""
    shown = chosen or array
    told = {"axes": [*shown.axes], "shape": [*shown.values.shape]}
    return told | ({"numbers": numbers(shown.values)} if chosen or array.values.size <= SMALL else {})


def numbers(values: np.ndarray) -> Any:
    """Nested lists of the shortest decimals that stand for the numbers; null where one is undefined or infinite."""
    listed = orjson.loads(orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY))
    return listed if values.ndim else listed[0]


def _plain(value: Any) -> Any:
    """What JSON has: lists, and null for what is no finite number."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value
