"""What the small print of a training does: one detail in several variants, side by side."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

TRAINING_DETAILS = ("warmup", "schedule", "clipping", "smoothing", "averaging", "optimizer")


@dataclass(frozen=True, eq=False)
class DetailsTrace(Trace):
    """Models that learned the same pairs in the same order from the same first weights, in several variants."""

    detail: str
    """Of TRAINING_DETAILS."""
    task: str
    variant: tuple[str, ...]
    """Of the detail, by name (models/strategies/variants.py)."""
    learned: int
    """Pairs to learn from."""
    held_out: int
    """Pairs that are asked."""
    parameters: int
    """Of the first variant's model."""
    steps: int
    """That were planned; fewer were made where the time was over."""
    step: Annotated[np.ndarray, "row"]
    """Steps of training before."""
    rate: Annotated[np.ndarray, "variant row"]
    """Learning rate after so many steps, as a share of its peak."""
    loss: Annotated[np.ndarray, "variant seed row"]
    """Nats a character in training, as the variant counts it, mean of the steps since the row before; nan in the first
    row."""
    norm: Annotated[np.ndarray, "variant seed row"]
    """Length of the gradient before it is clipped, mean of the same steps."""
    largest_norm: Annotated[np.ndarray, "variant seed row"]
    """The longest of the same steps."""
    clipped: Annotated[np.ndarray, "variant seed row"]
    """Share of the same steps whose gradient was shortened."""
    held_loss: Annotated[np.ndarray, "variant seed row"]
    """Nats a character of pairs that are asked, the true ones before."""
    correct: Annotated[np.ndarray, "variant seed row"]
    """Share of their characters, ends included, that are predicted right, the true ones before."""
    exact: Annotated[np.ndarray, "variant seed row"]
    """Share of their whole targets, which is also that of the model's own outputs."""
    logit_gap: Annotated[np.ndarray, "variant seed row"]
    """The true character's logit less the mean of all others."""
    calibration: Annotated[np.ndarray, "variant seed"]
    """Expected calibration error after the last row, over the same characters."""
    bin_count: Annotated[np.ndarray, "variant bin"]
    """Predictions of all seeds after the last row, by their confidence."""
    bin_confidence: Annotated[np.ndarray, "variant bin"]
    """Their mean confidence; nan of none."""
    bin_right: Annotated[np.ndarray, "variant bin"]
    """The share of right ones; nan of none."""
    seconds: Annotated[np.ndarray, "variant"]
    """Of training, mean over the seeds."""
    device: str
    done: bool
