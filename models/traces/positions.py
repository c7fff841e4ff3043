"""What models know of positions."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

POSITION_SETTINGS = ("with", "without")
"""An encoder with its positions, and without."""


@dataclass(frozen=True, eq=False)
class PositionTablesTrace(Trace):
    """Tables of positions of a translator and of a ViT."""

    translator: str
    vit: str
    table: Annotated[np.ndarray, "position width"]
    """The translator's, from the first position."""
    sinusoid_error: float
    """Largest difference between the table and sines and cosines by the formula."""
    product: Annotated[np.ndarray, "from_position distance"]
    """Dot product of each of some first positions with the one so far behind it, divided by that with itself."""
    grid: tuple[int, int]
    """Rows and columns of the ViT's patches."""
    vit_table: Annotated[np.ndarray, "patch vit_width"]
    vit_cosine: Annotated[np.ndarray, "patch other_patch"]


@dataclass(frozen=True, eq=False)
class OrderTrace(Trace):
    """How a translator's encoder takes the shuffled tokens of a sentence."""

    token: tuple[str, ...]
    order: Annotated[np.ndarray, "token"]
    """Which token of the sentence stands at each place of the shuffled one; the end stays."""
    change: Annotated[np.ndarray, "setting token"]
    """How far the output of each token of the sentence is from that of the same token in the shuffled sentence, divided
    by its norm; setting is POSITION_SETTINGS."""
