"""What attention costs over the size of a map, and a picture whole classifiers."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

COST_WIDTHS, COST_WINDOWS = (32, 64, 96), (4, 8)
"""Channels and window sizes that the cost of attention is measured for."""


@dataclass(frozen=True, eq=False)
class SpeedTrace(Trace):
    """What one picture costs whole classifiers."""

    device: str
    model: tuple[str, ...]
    kind: tuple[str, ...]
    """The family: resnet, vit, swin, mobilevit."""
    side: Annotated[np.ndarray, "model"]
    """Of the pictures, in pixels."""
    parameters: Annotated[np.ndarray, "model"]
    multiply_adds: Annotated[np.ndarray, "model"]
    batch: Annotated[np.ndarray, "batch"]
    """Pictures at once."""
    seconds: Annotated[np.ndarray, "batch model"]
    """Of one picture."""


@dataclass(frozen=True, eq=False)
class CostTrace(Trace):
    """What one attention layer costs over maps of growing size: among all tokens, and in windows.

    Multiply-adds of the whole map; softmax is left out of the formula and of the count. Where global attention is too
    large to run, its count and seconds are nan.
    """

    device: str
    n_embd: int
    window_size: int
    side: Annotated[np.ndarray, "map"]
    """Tokens a side."""
    global_formula: Annotated[np.ndarray, "map"]
    window_formula: Annotated[np.ndarray, "map"]
    global_counted: Annotated[np.ndarray, "map"]
    window_counted: Annotated[np.ndarray, "map"]
    global_seconds: Annotated[np.ndarray, "map"]
    window_seconds: Annotated[np.ndarray, "map"]
