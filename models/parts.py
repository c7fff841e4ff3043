"""The parts of a Transformer as every family's layers.py names them, so that one walk reads them all."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    import torch
    from torch import nn

PartKind = Literal["self_attention", "cross_attention", "feed_forward"]


class Norm(Protocol):
    """LayerNorm: the last axis, less its mean and over its standard deviation, times weight plus bias."""

    weight: "torch.Tensor"
    bias: "torch.Tensor"
    eps: float

    def __call__(self, x: "torch.Tensor") -> "torch.Tensor": ...


class AttentionModules(NamedTuple):
    """What makes queries, keys and values, and what joins the heads again."""

    query: "nn.Linear"
    key: "nn.Linear"
    value: "nn.Linear"
    output: "nn.Linear"
    heads: int


class FeedForwardModules(NamedTuple):
    """Two linear maps of each token by itself, with an activation between them."""

    inner: "nn.Linear"
    activation: "Callable[[torch.Tensor], torch.Tensor]"
    outer: "nn.Linear"


class Part(NamedTuple):
    """A sub-layer: what it adds to the residual stream, and its LayerNorm."""

    kind: PartKind
    norm: Norm
    modules: AttentionModules | FeedForwardModules


class Stack(NamedTuple):
    """An encoder or a decoder: in every layer the same kinds of parts."""

    layers: list[list[Part]]
    pre_norm: bool
    """Whether a part reads the normalised stream (x + f(LN(x))), or the sum is normalised (LN(x + f(x)))."""


class Start(NamedTuple):
    """What enters the first layer."""

    embedding: "torch.Tensor"
    """(token, width)"""
    position: "torch.Tensor"
    """(token, width)"""
    stream: "torch.Tensor"
    """(token, width): their sum, normalised where the model does so."""
