"""What LayerNorm reads and does, and the size of the residual stream around it."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace


@dataclass(frozen=True, eq=False)
class StreamTrace(Trace):
    """The residual stream of one encoder, and where its LayerNorms stand."""

    model: str
    pre_norm: bool
    """Whether x + f(LN(x)) is what the model computes; else LN(x + f(x))."""
    pre_error: float
    """Relative difference between the last layer's output and a walk that normalises before each part."""
    post_error: float
    """The same for a walk that normalises after each residual."""
    length: Annotated[np.ndarray, "state token"]
    """Euclidean norm of each token's stream, before the first and after every layer."""


@dataclass(frozen=True, eq=False)
class LayerNormTrace(Trace):
    """Every LayerNorm of a translator's encoder on one sentence, and the streams of this encoder and of a ViT."""

    model: str
    token: tuple[str, ...]
    part: tuple[str, ...]
    """Of each layer, in order: what the norm stands before or after."""
    pre_norm: bool
    x: Annotated[np.ndarray, "layer part token width"]
    """What the LayerNorm of each part reads."""
    weight: Annotated[np.ndarray, "layer part width"]
    """γ"""
    bias: Annotated[np.ndarray, "layer part width"]
    """β"""
    eps: float
    streams: tuple[StreamTrace, ...]
