"""What a recipe recorded while it trained."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

MEASURED = ("val_accuracy", "val_bleu", "val_loss")
"""What recipes measure on held-out data as they go."""
HISTORIES = (
    *("marian-multi30k", "cmlm-multi30k", "cmlm-multi30k-raw", "marian-zh", "cmlm-zh", "cmlm-zh-raw"),
    *("vit-imagenette", "swin-imagenette", "resnet-imagenette", "mobilevit-imagenette"),
    *("gpt-shakespeare", "gpt-tang", "bert-multi30k"),
)
"""Bundled models whose training can be looked at."""


@dataclass(frozen=True, eq=False)
class HistoryTrace(Trace):
    """A training by its rows, one for each epoch or for so many steps."""

    checkpoint: str
    corpora: tuple[str, ...]
    """The data sets that it learned from together, where they are several."""
    unit: str
    """"epoch" or "step"."""
    at: Annotated[np.ndarray, "row"]
    """Epochs or steps done."""
    loss: Annotated[np.ndarray, "row"]
    """Mean of the training loss since the row before, in nats; nan before the first step."""
    measure: str
    """One of MEASURED."""
    value: Annotated[np.ndarray, "row"]
    """On held-out data."""
    size: Annotated[np.ndarray, "row"]
    """Pixels a side of the pictures; nan where there are none."""
    hours: float
    device: str
    """What it was trained on."""
    done: Annotated[np.ndarray, "tick"]
    """Epochs or steps, finely."""
    rate: Annotated[np.ndarray, "tick"]
    """The learning rate then, as a share of its peak."""
    peaks: dict[str, float]
    """The peak of each optimizer, by name."""
