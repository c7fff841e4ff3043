"""The lecture's code that ran on a sentence: its lines, and what each of them made."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from models.axes import HALF, Trace
from models.parts import TextStack

ProgramName = Literal["positions", "layer_norm", "feed_forward", "training", "generation", "kv_cache"]


@dataclass(frozen=True, eq=False)
class MadeTrace(Trace):
    """A tensor that a line made."""

    line: int
    """Of the program; the first is 0."""
    name: str
    shape: tuple[int, ...]
    numbers: Annotated[np.ndarray, "row column", HALF]
    """All rows along the last axis, of which the first columns are kept; a single row where there is no other axis."""
    piece: tuple[str, ...]
    """Of ids, what they stand for; else none."""


@dataclass(frozen=True, eq=False)
class ProgramTrace(Trace):
    """A program that ran, and how far its result lies from another way to it."""

    name: ProgramName
    lines: tuple[str, ...]
    """The code that ran."""
    made: tuple[MadeTrace, ...]
    """In the order in which they were made; a line of a loop makes several."""
    difference: float
    """Largest distance from the model's own result, of training from torch's cross_entropy; of generation how many
    tokens are not those of the model's own."""


@dataclass(frozen=True, eq=False)
class ProgramsTrace(Trace):
    """Every program that a model has, on one sentence."""

    model: str
    sentence: str
    stack: TextStack
    """Whose first layer the parts are."""
    token: tuple[str, ...]
    """What that stack reads."""
    starts: bool
    """Whether the first of what is read is a start token, as in a decoder after an encoder."""
    programs: tuple[ProgramTrace, ...]
