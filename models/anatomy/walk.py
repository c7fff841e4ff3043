"""The explicit walk through a stack of Transformer layers for one sentence or photo: every intermediate, no hooks.

Vaswani et al. 2017, section 3. The modules' linear maps, norms and activations are called; what lies between them is
written out here.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch

from models.parts import AttentionModules, FeedForwardModules, PartKind, Stack


class AttentionStep(NamedTuple):
    """What an attention part computes; every axis `head` is its own attention."""

    query: torch.Tensor
    """(head, query, dim)"""
    key: torch.Tensor
    """(head, key, dim)"""
    value: torch.Tensor
    """(head, key, dim)"""
    scores: torch.Tensor
    """(head, query, key): q·k/√dim, before the mask."""
    attention: torch.Tensor
    """(head, query, key): after mask and softmax, rows sum to 1."""
    context: torch.Tensor
    """(head, query, dim): the values, summed by attention."""
    output: torch.Tensor
    """(query, width): the heads side by side, through the output projection."""


class FeedForwardStep(NamedTuple):
    """What a feed-forward part computes."""

    hidden: torch.Tensor
    """(token, inner): before the activation."""
    activated: torch.Tensor
    """(token, inner): after it, and after the gate where there is one."""
    output: torch.Tensor
    """(token, width)"""


class Step(NamedTuple):
    """A part of a layer and the residual stream (token, width) around it."""

    kind: PartKind
    given: torch.Tensor
    """What the part reads: the stream, or its LayerNorm where the norm comes first."""
    detail: AttentionStep | FeedForwardStep
    summed: torch.Tensor
    """The stream plus what the part adds."""
    stream: torch.Tensor
    """The stream after the part: the sum, or its LayerNorm where the norm comes last."""


def walk(
    stack: Stack, stream: torch.Tensor, allowed: torch.Tensor | None = None, memory: torch.Tensor | None = None
) -> Iterator[list[Step]]:
    """Every part of every layer of a stack, in the model's order, one layer at a time.

    stream: (token, width), or several of one length, (row, token, width); then every tensor has the axis `row` first.
    allowed: (token, token), which key each query of self-attention may see; None: all. memory: (source, width), what
    cross-attention reads, whole.
    """
    for parts in stack.layers:
        steps: list[Step] = []
        for part in parts:
            given = part.norm(stream) if stack.pre_norm else stream
            if isinstance(part.modules, FeedForwardModules):
                detail = feed_forward(given, part.modules)
            elif part.kind == "cross_attention" and memory is not None:
                detail = attend(given, memory, part.modules)
            else:
                detail = attend(given, given, part.modules, allowed)
            summed = stream + detail.output
            stream = summed if stack.pre_norm else part.norm(summed)
            steps.append(Step(part.kind, given, detail, summed, stream))
        yield steps


def causal(stream: torch.Tensor) -> torch.Tensor:
    """Which tokens of a stream (…, token, width) each sees in a decoder, itself and those before: (query, key)."""
    n_tokens = stream.shape[-2]
    return torch.ones(n_tokens, n_tokens, dtype=torch.bool, device=stream.device).tril()


def attend(
    x: torch.Tensor, memory: torch.Tensor, modules: AttentionModules, allowed: torch.Tensor | None = None
) -> AttentionStep:
    """Attention from the tokens of `x` (…, query, width) to those of `memory` (…, key, width) that are `allowed`, or
    all.
    """

    def split(tokens: torch.Tensor) -> torch.Tensor:
        return tokens.unflatten(-1, (modules.heads, -1)).transpose(-3, -2)

    query, key, value = split(modules.query(x)), split(modules.key(memory)), split(modules.value(memory))
    scores = query @ key.mT / query.shape[-1] ** 0.5
    masked = scores if allowed is None else scores.masked_fill(~allowed, -torch.inf)
    attention = masked.softmax(-1)
    context = attention @ value
    output = modules.output(context.transpose(-3, -2).flatten(-2))
    return AttentionStep(query, key, value, scores, attention, context, output)


def feed_forward(x: torch.Tensor, modules: FeedForwardModules) -> FeedForwardStep:
    """Each token (…, token, width) by itself."""
    hidden = modules.inner(x)
    activated = modules.activation(hidden)
    if modules.gate is not None:
        activated = activated * modules.gate(x)
    return FeedForwardStep(hidden, activated, modules.outer(activated))
