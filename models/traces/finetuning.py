"""What further training brings a translator, by what its decoder is fed."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

FINETUNING_WAYS = ("greedy", "beam")
"""How outputs are decoded for BLEU: greedily, with 5 beams."""


@dataclass(frozen=True, eq=False)
class FinetuneTrace(Trace):
    """Trainings from the same weights by several strategies and seeds, measured on sentences with references."""

    model: str
    sentences: int
    steps: int
    strategy: tuple[str, ...]
    """Of TRAINING_STRATEGIES."""
    bleu_before: Annotated[np.ndarray, "way"]
    """Of the weights that all start from, in percent; ways are FINETUNING_WAYS."""
    bleu: Annotated[np.ndarray, "strategy seed way"]
    right_before: Annotated[np.ndarray, "position"]
    """Share of right predictions after the true prefix, at the first positions of the references."""
    right: Annotated[np.ndarray, "strategy seed position"]
    calibration_before: float
    """Expected calibration error: by how much confidence and accuracy differ, from 0 to 1."""
    calibration: Annotated[np.ndarray, "strategy seed"]
    seconds: Annotated[np.ndarray, "strategy seed"]
    """Of training."""
