"""Two ways to make one vector of a Vision Transformer's tokens."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

POOLED = ("cls", "mean")
"""What a head reads: the state of CLS, or the mean of all patches' states."""


@dataclass(frozen=True, eq=False)
class PoolingTrace(Trace):
    """Linear heads on the states of one model, the first before any layer. pooled: POOLED."""

    model: str
    labels: tuple[str, ...]
    count: int
    """Validation pictures."""
    own_accuracy: float
    """Of the model's own head."""
    accuracy: Annotated[np.ndarray, "pooled state"]
    """Share of the validation pictures that a head gets right: recorded when it was trained."""
    own_probability: Annotated[np.ndarray, "label"]
    """What the model's own head says of the photo."""
    probability: Annotated[np.ndarray, "pooled state label"]
