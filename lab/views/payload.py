"""What a view sends to the browser: plain values and arrays, small enough to fetch."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go


class Payload(NamedTuple):
    """What a widget draws from."""

    meta: Mapping[str, Any]
    """Plain values that become JSON; a TypedDict beside the view says which."""
    arrays: Mapping[str, np.ndarray]
    """By name; equal arrays are one file, which widgets share."""


def numbers(drawn: Payload | Mapping[str, Payload]) -> Iterator[tuple[str, Any]]:
    """Everything that a payload, or each of several, holds, by name."""
    for part in [drawn] if isinstance(drawn, Payload) else drawn.values():
        yield from part.meta.items()
        yield from part.arrays.items()


def quantise(rows: np.ndarray, dtype: type = np.uint8) -> tuple[np.ndarray, np.ndarray]:
    """Rows as bytes and each row's largest size: value = byte / limit * size, limit the type's
    largest: 255 (uint8), 65535 (uint16) or 127 (int8)."""
    limit = np.iinfo(dtype).max
    size = np.abs(rows).max(axis=-1, keepdims=True)
    return np.round(rows / np.maximum(size, 1e-30) * limit).astype(dtype), size[..., 0].astype(np.float32)


def to_dict(chart: go.Figure) -> dict[str, Any]:
    """The figure as the browser's Plotly takes it."""
    return json.loads(chart.to_json() or "{}")


def rounded(numbers: np.ndarray, digits: int = 4) -> list[float | None]:
    """For JSON, which knows no infinity: -1e9 is the log probability of what has none; None was not measured (nan)."""
    finite = np.nan_to_num(numbers.astype(float), nan=np.nan, neginf=-1e9)
    return [None if np.isnan(number) else round(number, digits) for number in finite.tolist()]
