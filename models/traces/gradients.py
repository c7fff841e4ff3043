"""How gradients travel through stacks of Transformer layers, with and without residuals and LayerNorm."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from models.axes import Trace

Variant = Literal["both", "norm", "residual", "neither"]
STACK_VARIANTS: tuple[Variant, ...] = ("both", "norm", "residual", "neither")
"""What a stack has of the two: residuals and LayerNorm."""
NORM_PLACES = ("pre", "post")
"""LayerNorm before a sublayer, or after its residual has been added."""
TRAINED_DEPTHS = (8, 4, 16)
"""Layers of the stacks that are trained; the default first."""


@dataclass(frozen=True, eq=False)
class GradientsTrace(Trace):
    """Gradients at initialisation through stacks of growing depth, and losses of shallower stacks while they train.

    variant is STACK_VARIANTS; all variants of a seed begin with the same weights.
    """

    precision: str
    norm_place: str
    depth: int
    """Layers of the stacks that are trained."""
    depths: Annotated[np.ndarray, "depth"]
    """Layers of the stacks whose gradients are measured; the last is the deepest."""
    first: Annotated[np.ndarray, "variant seed depth"]
    """Gradient norm of the loss at the input of the first layer, divided by that at the output of the last."""
    along: Annotated[np.ndarray, "variant seed distance"]
    """In the deepest stack: gradient norm at the input of the layer so many layers before the output, divided by that
    at the output; distance 0 is the output."""
    guessing: float
    """The loss of a uniform guess in nats."""
    loss: Annotated[np.ndarray, "variant step"]
    """Of each training step in nats, none before the first; infinite or nan where training diverged."""
