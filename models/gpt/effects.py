"""What each part of a language model does to the next token: layer by layer, head by head, added and switched off.

The stream before the output head is a sum; the head and the final norm, its divisor held fast, are linear maps. So
every logit is a sum over the embedding, every head and every feed-forward part (direct effect; Elhage et al. 2021).
What a part does through later ones is seen when it is switched off.
"""

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import nn

from models.anatomy.text import through
from models.anatomy.walk import AttentionStep, Step, causal, walk
from models.checkpoint import OpenModel
from models.errors import InputError
from models.families import SINGLE_STACKS, TextLayers, text_layers
from models.gpt.prompt import encode, n_heads
from models.parts import AttentionModules, FeedForwardModules, Norm, Part, Stack, Start
from models.progress import NO_PROGRESS, Progress
from models.traces import EffectsTrace
from models.translation.pieces import pieces

CANDIDATES = 5
"""Next tokens that are followed: the most probable ones."""
MAX_HEADS = 300
"""That can be switched off, one after the other, while a visitor waits."""
MAX_SCORES = 16_000_000
"""Scores of one layer that are computed at once: 64 MB."""


class Muted(nn.Module):
    """What joins the heads (row, token, head * dim) again; in each row one is taken for zero, or none.

    off: (row,), the head, or the number of heads for none.
    """

    def __init__(self, output: nn.Module, heads: int, off: torch.Tensor) -> None:
        super().__init__()
        self.output, self.off = output, off[:, None] == torch.arange(heads, device=off.device)

    def forward(self, joined: torch.Tensor) -> torch.Tensor:
        apart = joined.unflatten(-1, (self.off.shape[1], -1))
        return self.output(apart.masked_fill(self.off[:, None, :, None], 0).flatten(-2))


class Silent(nn.Module):
    """A map of tokens (row, token, …) that adds nothing in the rows that are off (row,)."""

    def __init__(self, linear: nn.Module, off: torch.Tensor) -> None:
        super().__init__()
        self.linear, self.off = linear, off

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.linear(tokens).masked_fill(self.off[:, None, None], 0)


@dataclass(frozen=True, eq=False)
class Reader:
    """The output head behind the final norm: what it says of a stream (…, width)."""

    model: Any
    layers: TextLayers
    stack: Stack

    def log_prob(self, stream: torch.Tensor) -> torch.Tensor:
        """Of every token of the vocabulary: (…, vocabulary)."""
        return self.layers.logits(self.model, self.stack.final(stream)).float().log_softmax(-1)

    def effects(self, parts: torch.Tensor, stream: torch.Tensor) -> torch.Tensor:
        """What parts (part, width) of a stream (width,) add to each logit less the mean of all: (part, vocabulary)."""
        norm = cast("Norm", self.stack.final)
        moved = parts - parts.mean(-1, keepdim=True) if self.stack.centred else parts
        spread = stream.var(unbiased=False) if self.stack.centred else stream.square().mean()
        return self._logits(moved * norm.weight / (spread + norm.eps).sqrt())

    def bias(self) -> torch.Tensor:
        """What the biases of the final norm and of the head add to each logit less the mean of all: (vocabulary,)."""
        logits = self.layers.logits(self.model, cast("Norm", self.stack.final).bias)
        return logits - logits.mean()

    def _logits(self, states: torch.Tensor) -> torch.Tensor:
        logits = self.layers.logits(self.model, states) - self.layers.logits(self.model, torch.zeros_like(states[:1]))
        return logits - logits.mean(-1, keepdim=True)


@torch.inference_mode()
def trace(text: str, model: OpenModel, progress: Progress = NO_PROGRESS) -> EffectsTrace:
    """What the parts of a model do to the token after a text.

    Raises InputError when the text cannot be used, when the model's family cannot be walked or has too many heads, or
    where it gives no numbers.
    """
    layers = _layers(model)
    ids = encode(model, text)[0]
    stack, start, steps = through(model.model, {"decoder": ids})["decoder"]
    reader = Reader(model.model, layers, stack)
    streams = torch.stack([start.stream[-1], *(step.stream[-1] for layer in steps for step in layer)])
    lens = reader.log_prob(streams)  # S, V
    if not lens.isfinite().all():
        raise InputError("model.no_numbers", reference=model.reference)
    candidate = lens[-1].topk(CANDIDATES).indices
    direct = _direct(reader, start, steps, streams[-1])
    without = []
    for layer in range(len(steps)):
        progress.beat()
        without.append(_without(reader, steps, start, layer, n_heads(model.model) // len(steps)))
    silent = torch.stack(without)  # L, H + 1, V
    best = torch.cat([lens.argmax(-1), silent.argmax(-1).flatten()]).cpu()
    piece, at = best.unique(return_inverse=True)
    return EffectsTrace(
        model=model.reference,
        text=text,
        token=pieces(model.reader, ids.tolist()),
        candidate=pieces(model.reader, candidate.tolist()),
        lens=lens[:, candidate].cpu().numpy(),
        **{f"direct_{name}": logits[..., candidate].cpu().numpy() for name, logits in direct.items()},
        without=silent[..., candidate].cpu().numpy(),
        piece=pieces(model.reader, piece.tolist()),
        lens_best=at[: len(lens)].numpy(),
        without_best=at[len(lens) :].reshape(silent.shape[:2]).numpy(),
    )


def _layers(model: OpenModel) -> TextLayers:
    """What knows the model's modules. Raises InputError for a family that is not walked, and for too many heads."""
    if type(model.model).__name__ not in SINGLE_STACKS:
        raise InputError("generation.not_walked", reference=model.reference)
    heads = n_heads(model.model)
    if heads > MAX_HEADS:
        raise InputError("generation.slow_heads", reference=model.reference, heads=heads, maximum=MAX_HEADS)
    return text_layers(model.model)


def _direct(reader: Reader, start: Start, steps: list[list[Step]], stream: torch.Tensor) -> dict[str, torch.Tensor]:
    """What each part adds to the logits at the last token, whose last stream is `stream`: (…, vocabulary) each.

    start: embedding and position. head: (layer, head). feed_forward: (layer,). rest: all biases of attention, norm and
    head together.
    """
    heads, biases, inner = [], [reader.bias()], []
    for parts, layer in zip(reader.stack.layers, steps, strict=True):
        for part, step in zip(parts, layer, strict=True):
            if isinstance(part.modules, AttentionModules) and isinstance(step.detail, AttentionStep):
                apart = torch.block_diag(*step.detail.context[:, -1, None])  # H, H * D
                bias = part.modules.output(torch.zeros_like(apart[:1]))
                heads.append(reader.effects(part.modules.output(apart) - bias, stream))
                biases.append(reader.effects(bias, stream)[0])
            else:
                inner.append(reader.effects(step.detail.output[-1:], stream)[0])
    entry = torch.stack([start.embedding[-1], start.position[-1]])
    return {
        "start": reader.effects(entry, stream),
        "head": torch.stack(heads),
        "feed_forward": torch.stack(inner),
        "rest": torch.stack(biases).sum(0),
    }


def _without(reader: Reader, steps: list[list[Step]], start: Start, layer: int, heads: int) -> torch.Tensor:
    """Log probabilities without each head of a layer, and last without its feed-forward part: (part, vocabulary)."""
    stream = steps[layer - 1][-1].stream if layer else start.stream
    own, later = reader.stack.layers[layer], reader.stack.layers[layer + 1 :]
    found = []
    for off in torch.arange(heads + 1, device=stream.device).split(max(1, MAX_SCORES // (heads * len(stream) ** 2))):
        rows = stream.expand(len(off), *stream.shape)
        for parts in walk(reader.stack._replace(layers=[switched_off(own, off), *later]), rows, causal(rows)):
            rows = parts[-1].stream
        found.append(reader.log_prob(rows[:, -1]))
    return torch.cat(found)


def switched_off(parts: list[Part], off: torch.Tensor) -> list[Part]:
    """A layer of attention and feed-forward, without another part in each row of what it reads.

    off: (row,), its heads, or their number for the feed-forward part.
    """
    attention, feed_forward = parts
    modules, inner = attention.modules, feed_forward.modules
    if not isinstance(modules, AttentionModules) or not isinstance(inner, FeedForwardModules):
        raise TypeError("a layer of a decoder alone is attention, then feed-forward")
    muted = modules._replace(output=Muted(modules.output, modules.heads, off))
    silent = inner._replace(outer=Silent(inner.outer, off == modules.heads))
    return [attention._replace(modules=muted), feed_forward._replace(modules=silent)]
