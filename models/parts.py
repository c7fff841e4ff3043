"""The parts of a Transformer as every family's layers.py names them, so that one walk reads them all."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    import torch
    from torch import nn

PartKind = Literal["self_attention", "cross_attention", "feed_forward"]
TextStack = Literal["encoder", "decoder"]
"""An encoder's tokens see one another, a decoder's those before them."""
StackName = Literal[TextStack, "vit"]


class Norm(Protocol):
    """LayerNorm: the last axis, less its mean and over its standard deviation, times weight plus bias.

    RMSNorm takes no mean away, and divides by the root of the mean square.
    """

    weight: "torch.Tensor"
    bias: "torch.Tensor"
    eps: float

    def __call__(self, x: "torch.Tensor") -> "torch.Tensor": ...


class AttentionModules(NamedTuple):
    """What makes queries, keys and values (token, head * dim) of tokens (token, width), and what joins the heads again.

    Heads that share keys and values have them repeated; what is rotated by position comes out rotated.
    """

    query: "nn.Module"
    key: "nn.Module"
    value: "nn.Module"
    output: "nn.Module"
    heads: int


class FeedForwardModules(NamedTuple):
    """Two linear maps of each token by itself, with an activation between them."""

    inner: "nn.Module"
    activation: "Callable[[torch.Tensor], torch.Tensor]"
    outer: "nn.Module"
    gate: "nn.Module | None" = None
    """A third map, by which what is activated is multiplied."""


class Part(NamedTuple):
    """A sub-layer: what it adds to the residual stream, and its LayerNorm."""

    kind: PartKind
    norm: Norm
    modules: AttentionModules | FeedForwardModules


def unchanged(state: "torch.Tensor") -> "torch.Tensor":
    """The state as it is."""
    return state


class Stack(NamedTuple):
    """An encoder or a decoder: in every layer the same kinds of parts."""

    layers: list[list[Part]]
    pre_norm: bool
    """Whether a part reads the normalised stream (x + f(LN(x))), or the sum is normalised (LN(x + f(x)))."""
    centred: bool = True
    """Whether the norms are LayerNorms, or RMSNorms."""
    final: "Callable[[torch.Tensor], torch.Tensor]" = unchanged
    """What is done to the stream after the last layer, before a head or another stack reads it."""


class Start(NamedTuple):
    """What enters the first layer."""

    embedding: "torch.Tensor"
    """(token, width)"""
    position: "torch.Tensor"
    """(token, width); zeros where no position is added."""
    stream: "torch.Tensor"
    """(token, width): their sum, normalised where the model does so."""
