"""What counts for an answer of a Vision Transformer, patch by patch."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace


@dataclass(frozen=True, eq=False)
class RelevanceTrace(Trace):
    """Three readings of one photo's attention, each where the answer is read: at CLS."""

    model: str
    grid: tuple[int, int]
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB that the patches cover, as the model saw them: resized, before normalisation."""
    label: Annotated[np.ndarray, "class"]
    """The classes that relevance is for, the most probable first."""
    probability: Annotated[np.ndarray, "class"]
    attention: Annotated[np.ndarray, "layer patch"]
    """Mean of the heads."""
    rollout: Annotated[np.ndarray, "layer patch"]
    """Of all layers up to each one."""
    relevance: Annotated[np.ndarray, "class layer patch"]
    """Gradient-weighted attention of all layers up to each one (Chefer, Gur & Wolf 2021), at least 0."""
