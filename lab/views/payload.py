"""What every view needs to send something small to the browser."""

import json

import numpy as np
import plotly.graph_objects as go


def quantise(rows: np.ndarray, dtype: type = np.uint8) -> tuple[np.ndarray, np.ndarray]:
    """Rows as bytes and each row's largest size: value = byte / limit * size, limit 255 (uint8) or 127 (int8)."""
    limit = np.iinfo(dtype).max
    size = np.abs(rows).max(axis=-1, keepdims=True)
    return np.round(rows / np.maximum(size, 1e-30) * limit).astype(dtype), size[..., 0].astype(np.float32)


def to_dict(chart: go.Figure) -> dict:
    """The figure as the browser's Plotly takes it."""
    return json.loads(chart.to_json() or "{}")
