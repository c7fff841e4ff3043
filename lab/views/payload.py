"""What every view needs to send something small to the browser."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go


class Payload(NamedTuple):
    """What a widget gets: plain values, whose type stands beside the view, and arrays by name."""

    meta: Mapping[str, Any]
    arrays: dict[str, np.ndarray]


def quantise(rows: np.ndarray, dtype: type = np.uint8) -> tuple[np.ndarray, np.ndarray]:
    """Rows as bytes and each row's largest size: value = byte / limit * size, limit 255 (uint8) or 127 (int8)."""
    limit = np.iinfo(dtype).max
    size = np.abs(rows).max(axis=-1, keepdims=True)
    return np.round(rows / np.maximum(size, 1e-30) * limit).astype(dtype), size[..., 0].astype(np.float32)


def to_dict(chart: go.Figure) -> dict:
    """The figure as the browser's Plotly takes it."""
    return json.loads(chart.to_json() or "{}")


def percent(share: float) -> str:
    """A share for a sentence: "23%", "7.4%", "0.10%", "< 0.01%"."""
    if 0 < share < 0.0001:
        return "< 0.01%"
    return f"{share:.{0 if share >= 0.0995 or share == 0 else 1 if share >= 0.00995 else 2}%}"


def rounded(numbers: np.ndarray, digits: int = 4) -> list[float | None]:
    """For JSON, which knows no infinity: -1e9 is the log probability of what has none; None was not measured (nan)."""
    finite = np.nan_to_num(numbers.astype(float), nan=np.nan, neginf=-1e9)
    return [None if np.isnan(number) else round(number, digits) for number in finite.tolist()]
