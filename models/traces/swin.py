"""What a Swin Transformer does with one photo."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import HALF, Trace


@dataclass(frozen=True, eq=False)
class SwinBlock(Trace):
    """One block of one Swin: windows of a map, shifted or not, and the attention in each.

    Tokens are numbered row by row in the block's map, slots row by row in a window.
    """

    stage: int
    grid: tuple[int, int]
    """Rows and columns of the block's map of tokens."""
    window_size: int
    shift_size: int
    window_token: Annotated[np.ndarray, "window slot"]
    """The token that stands in each slot after the cyclic shift."""
    region: Annotated[np.ndarray, "row column"]
    """Region ids of the shifted map; tokens of one window see each other only within a region."""
    attention: Annotated[np.ndarray, "window head query key", HALF]
    """After softmax, over the slots of a window: each row sums to 1."""


@dataclass(frozen=True, eq=False)
class SwinTrace(Trace):
    """One photo through one Swin Transformer, every block of every stage."""

    model: str
    patch_size: int
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the model saw them: resized, before normalisation."""
    probability: Annotated[np.ndarray, "label"]
    """Class probabilities."""
    blocks: tuple[SwinBlock, ...]
    """In the order in which the photo passes them."""
