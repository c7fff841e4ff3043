"""What a model of two towers says of photos and sentences."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

FOIL_KINDS = ("count", "colour", "who", "place", "order", "negation")
"""What is made wrong in a caption."""


@dataclass(frozen=True, eq=False)
class MatchTrace(Trace):
    """Photos against sentences: the towers meet in a cosine, and a learned scale makes logits of it."""

    model: str
    chosen: int
    """The number of the photo that was asked about; the others stand beside it."""
    text: tuple[str, ...]
    piece: tuple[tuple[str, ...], ...]
    """What each sentence is to the tower, markers included."""
    unseen: tuple[tuple[str, ...], ...]
    """The words of each sentence that the text tower never met in training; none where it is not known."""
    scale: float
    """Learned; 1 / temperature."""
    photo: Annotated[np.ndarray, "image row column channel"]
    """uint8, as the image tower sees it, before normalisation."""
    cosine: Annotated[np.ndarray, "image text"]
    over_texts: Annotated[np.ndarray, "image text"]
    """Softmax of each photo's logits over the sentences."""
    over_images: Annotated[np.ndarray, "image text"]
    """Softmax of each sentence's logits over the photos."""
    loss: float
    """CLIP's, where photo and sentence of the same number are a pair; nan where there are not as many of both."""
    place: Annotated[np.ndarray, "image text down across"]
    """The part of each cosine that comes from a place of the photo; their sum is the cosine. nan for other towers."""
    word: Annotated[np.ndarray, "image text piece"]
    """The part that comes from a word piece; their sum is the cosine. nan beyond a sentence's end, or other towers."""


@dataclass(frozen=True, eq=False)
class PromptsTrace(Trace):
    """One photo against names of things, each put into the same sentences."""

    model: str
    thing: tuple[str, ...]
    prompt: tuple[str, ...]
    """Sentences with {} for the thing; the last is "", which is the mean of the embeddings of all others."""
    scale: float
    """Learned; 1 / temperature."""
    cosine: Annotated[np.ndarray, "prompt thing"]
    share: Annotated[np.ndarray, "prompt thing"]
    """Softmax of the prompt's logits over the things."""


@dataclass(frozen=True, eq=False)
class FoilsTrace(Trace):
    """How often a photo's caption is nearer to it than the same caption with one thing wrong, by FOIL_KINDS."""

    model: str
    language: tuple[str, ...]
    count: Annotated[np.ndarray, "language kind"]
    right: Annotated[np.ndarray, "language kind"]
    """Of `count`, those where the right caption is nearer."""
    margin: Annotated[np.ndarray, "language kind"]
    """Mean of the right caption's cosine less the wrong one's."""
