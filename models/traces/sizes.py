"""What the parts of well-known Transformers weigh and cost, counted."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

SIZE_PARTS = (
    "embedding",
    "encoder_attention",
    "encoder_feed_forward",
    "encoder_norm",
    "decoder_attention",
    "cross_attention",
    "decoder_feed_forward",
    "decoder_norm",
    "head",
)
"""Embedding: tables of tokens and of learned positions, the projection of patches, CLS. The head of language models is
the table of tokens again, which weighs nothing more."""


@dataclass(frozen=True, eq=False)
class ArchitectureSize(Trace):
    """One architecture: its settings, and what was counted on its real modules."""

    name: str
    encoder_layers: int
    decoder_layers: int
    width: int
    heads: int
    inner: int
    """Width of the feed-forward layers."""
    vocabulary: int
    """0 where patches are read."""
    positions: int
    """Rows of learned tables of positions; sinusoids are not learned."""
    patch_values: int
    """Numbers of a patch; 0 where tokens are read."""
    labels: int
    """Classes of the head; 0 where it predicts tokens."""
    pre_norm: bool
    """A last LayerNorm follows the last layer."""
    source: int
    """Tokens that the encoder reads, CLS among them."""
    target: int
    """Tokens that the decoder reads."""
    parameters: Annotated[np.ndarray, "part"]
    """Trained numbers of SIZE_PARTS."""
    multiply_adds: int
    """Of one forward with `source` and `target` tokens."""


@dataclass(frozen=True, eq=False)
class SizesTrace(Trace):
    """Several architectures."""

    architectures: tuple[ArchitectureSize, ...]
