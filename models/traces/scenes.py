"""What pictures as tokens leave behind: a picture's codes, and one that a stream of words and codes writes."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import HALF, Trace


@dataclass(frozen=True, eq=False)
class PictureCodesTrace(Trace):
    """A picture, its codes, and what comes of them when some are swapped."""

    model: str
    picture: Annotated[np.ndarray, "y x channel"]
    """Bytes, as the autoencoder sees it."""
    code: Annotated[np.ndarray, "row column"]
    near: Annotated[np.ndarray, "row column rank"]
    """Codes whose vectors lie nearest to what the encoder gives; the first is the place's code."""
    near_cosine: Annotated[np.ndarray, "row column rank"]
    decoded: Annotated[np.ndarray, "y x channel"]
    """Bytes, from the codes alone."""
    psnr: float
    """Decibels, of `decoded`."""
    swapped_code: Annotated[np.ndarray, "row column"]
    """The codes after the visitor's swaps."""
    swapped: Annotated[np.ndarray, "y x channel"]
    """What they decode to."""
    sample: Annotated[np.ndarray, "code patch_y patch_x channel"]
    """Bytes: the mean of all patches of the scenes that models train on that have the code."""
    used: Annotated[np.ndarray, "code"]
    """How many of the scenes that models train on have the code."""
    scenes: int
    """How many of them there are."""
    drawn: tuple[tuple[str, str, str, str], ...]
    """What was drawn, where it is a scene: place, size, colour and shape of each thing."""


@dataclass(frozen=True, eq=False)
class SceneWrittenTrace(Trace):
    """A caption and the codes that a stream goes on with, of the places written so far."""

    caption: str
    token: tuple[str, ...]
    """Of the text, with what fills its room."""
    code: Annotated[np.ndarray, "place"]
    log_prob: Annotated[np.ndarray, "place"]
    """By the model, among all codes, before anything is cut."""
    probability: Annotated[np.ndarray, "place"]
    """With which it was drawn; nan for a code that a visitor chose, and in greedy decoding."""
    entropy: Annotated[np.ndarray, "place"]
    """Bits of the model's own distribution."""
    kept: Annotated[np.ndarray, "place"]
    """How many codes were left to choose from."""
    alternative: Annotated[np.ndarray, "place rank"]
    """The most probable codes."""
    alternative_log_prob: Annotated[np.ndarray, "place rank"]
    attention: Annotated[np.ndarray, "place layer head key", HALF]
    """Of the token that says what stands at a place, the one before it: to the text, then to places; later ones: 0."""
    pictures: Annotated[np.ndarray, "place y x channel"]
    """Bytes after each place; those not written yet are paper."""
    shows: tuple[tuple[str, str, str, str], ...]
    """What the last picture has by rule: place, size, colour and shape of each thing."""
    checks: tuple[tuple[str, str, str], ...]
    """What is asked about, what the caption says of it, what the last picture has; none where no rule reads it."""


@dataclass(frozen=True, eq=False)
class TextToImageTrace(Trace):
    """A caption's picture, and that of another one with the same seed; they come token by token until `done`."""

    models: tuple[str, str]
    """The stream's and the autoencoder's references."""
    method: str
    written: tuple[SceneWrittenTrace, ...]
    sample: Annotated[np.ndarray, "code patch_y patch_x channel"]
    """Bytes: the mean of all patches of the scenes that models train on that have the code."""
    recorded: tuple[tuple[str, float, float], ...]
    """Part of the scenes, and how often the right drawing was the nearest when this stream was measured after English
    and Chinese captions; empty for one that does not come with the lab."""
    done: bool
