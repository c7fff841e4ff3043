"""What a language model that sees writes under photos."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace


@dataclass(frozen=True, eq=False)
class WrittenCaption(Trace):
    """The captions that were written one after the other with gates multiplied by one factor."""

    factor: float
    text: tuple[str, ...]
    """Of each photo."""
    piece: tuple[str, ...]
    """All pieces of all captions in order, each caption's end included."""
    under: Annotated[np.ndarray, "piece"]
    """The number of the photo that a piece was written under."""
    log_prob: Annotated[np.ndarray, "piece"]
    blind_log_prob: Annotated[np.ndarray, "piece"]
    """What the frozen language model alone, without gated blocks, gives the same piece after the same words."""
    alternative: tuple[tuple[str, ...], ...]
    """The most probable pieces in the place of each, the best first."""
    alternative_log_prob: Annotated[np.ndarray, "piece alternative"]
    alternative_blind_log_prob: Annotated[np.ndarray, "piece alternative"]
    look: Annotated[np.ndarray, "layer head piece photo latent"]
    """Attention of the token before each piece, from which the piece was predicted, to the latents of every photo."""
    place: Annotated[np.ndarray, "layer piece photo down across"]
    """`look` times the resampler's attention to places, each the mean of its heads. It is no more than a product of
    two attentions: latents look at one another too, so that the places of a photo get less than 1 together."""


@dataclass(frozen=True, eq=False)
class CaptionTrace(Trace):
    """Captions of photos in one row, with gates as they are and multiplied by other factors."""

    model: str
    language: str
    photo: Annotated[np.ndarray, "photo row column channel"]
    """uint8, as the image tower sees them, before normalisation."""
    attention_gate: Annotated[np.ndarray, "layer"]
    """tanh of the learned gate of each cross-attention."""
    feed_forward_gate: Annotated[np.ndarray, "layer"]
    resampled: Annotated[np.ndarray, "photo head latent down across"]
    """The resampler's attention to the places of every photo; what is missing to 1 goes to the latents themselves."""
    captions: tuple[WrittenCaption, ...]
    """One for each factor, from 0."""
