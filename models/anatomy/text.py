"""A sentence walked through a language model: an encoder alone, a decoder alone, or both."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from models.anatomy import attention_code
from models.anatomy.flow import flow, stacked
from models.anatomy.teacher_forcing import Reading, reading
from models.anatomy.walk import AttentionStep, FeedForwardStep, Step, causal, walk
from models.checkpoint import OpenModel
from models.errors import InputError
from models.families import TextLayers, text_layers
from models.parts import AttentionModules, PartKind, Stack, Start, TextStack
from models.progress import NO_PROGRESS, Progress
from models.traces.walk import AttentionName, CodeTrace, FeedForwardTrace, FlowTrace, HeadsTrace, TextWalkTrace
from models.translation.pieces import pieces

MAX_VALUES = 3_000_000
"""Numbers that a page can show: about 100 tokens through the bundled translators, 25 through a BERT or GPT-2."""


class Walked(NamedTuple):
    """The walk through one stack."""

    stack: Stack
    start: Start
    steps: list[list[Step]]

    @property
    def output(self) -> torch.Tensor:
        """(token, width): what a head, or a decoder after an encoder, reads of it."""
        return self.stack.final(self.steps[-1][-1].stream)


def trace(
    sentence: str,
    language: str,
    model: OpenModel,
    with_positions: bool = True,
    progress: Progress = NO_PROGRESS,
) -> TextWalkTrace:
    """Every intermediate of a language model for a sentence; a translator's with its greedy output in `language`.

    with_positions: whether the model is given positions; the output that a translator's decoder reads stays that of the
    model with positions. Raises InputError when the model's family cannot be walked, when it cannot use the sentence,
    when there would be too many numbers to show, or when it gives no numbers.
    """
    layers = text_layers(model.model)
    layers.check(model.model, model.reference)
    found = reading(sentence, language, model)
    progress.beat()
    with torch.inference_mode():
        walked = through(model.model, tokens_of(layers, found), with_positions)
        _refuse_many(walked, found, model.reference)
        progress.beat()
        return TextWalkTrace(
            model=model.reference,
            sentence=sentence,
            positions=with_positions,
            output=pieces(model.reader, found.says.tolist()),
            flows=tuple(_flow(model, name, one, found) for name, one in walked.items()),
            attention=tuple(heads(name, one.steps, kind) for name, kind, one in _kinds(walked)),
            feed_forward=tuple(_inner(one.steps) for one in walked.values()),
            code=tuple(_code(walked, progress)),
        )


def through(model: Any, tokens: dict[TextStack, torch.Tensor], positions: bool = True) -> dict[TextStack, Walked]:
    """Walk the ids (token,) that each stack reads through it; a decoder after an encoder reads what this made, too."""
    layers = text_layers(model)
    found: dict[TextStack, Walked] = {}
    memory = None
    for name, stack in layers.stacks(model, positions).items():
        ids = tokens[name]
        start = layers.start(model, name, ids, positions)
        steps = list(walk(stack, start.stream, causal(start.stream) if name == "decoder" else None, memory))
        found[name] = Walked(stack, start, steps)
        memory = found[name].output
    return found


def tokens_of(layers: TextLayers, found: Reading) -> dict[TextStack, torch.Tensor]:
    """What each stack reads (token,)."""
    *first, last = layers.STACKS
    return {**dict.fromkeys(first, found.ids[0]), last: found.read[0]}


def _kinds(walked: dict[TextStack, Walked]) -> list[tuple[AttentionName, PartKind, Walked]]:
    """Self-attention of every stack, and the decoder's cross-attention."""
    found: list[tuple[AttentionName, PartKind, Walked]] = [
        (name, "self_attention", one) for name, one in walked.items()
    ]
    return [*found, ("cross", "cross_attention", walked["decoder"])] if len(walked) > 1 else found


def heads(name: AttentionName, steps: list[list[Step]], kind: PartKind) -> HeadsTrace:
    """One kind of attention in every layer."""
    details = [step.detail for layer in steps for step in layer if step.kind == kind]
    found = [detail for detail in details if isinstance(detail, AttentionStep)]
    queries, keys = found[0].scores.shape[1:]
    allowed = torch.ones(queries, keys, dtype=torch.bool)
    return HeadsTrace(
        kind=name,
        query=stacked([one.query for one in found]),
        key=stacked([one.key for one in found]),
        value=stacked([one.value for one in found]),
        scores=stacked([one.scores for one in found]),
        allowed=(allowed.tril() if name == "decoder" else allowed).numpy(),
        attention=stacked([one.attention for one in found]),
    )


def _flow(model: OpenModel, name: TextStack, walked: Walked, found: Reading) -> FlowTrace:
    layers = text_layers(model.model)

    def probability(state: torch.Tensor) -> torch.Tensor:
        scores = layers.logits(model.model, state)
        if not scores.isfinite().all():
            raise InputError("model.no_numbers", reference=model.reference)
        return scores.softmax(-1)

    first = len(layers.STACKS) > 1 and name == layers.STACKS[0]
    token = pieces(model.reader, tokens_of(layers, found)[name].tolist(), source=first)
    return flow(name, *walked, token, probability, lambda choices: pieces(model.reader, choices))


def _inner(steps: list[list[Step]]) -> FeedForwardTrace:
    details = [step.detail for layer in steps for step in layer]
    found = [detail for detail in details if isinstance(detail, FeedForwardStep)]
    return FeedForwardTrace(stacked([one.hidden for one in found]), stacked([one.activated for one in found]))


def _code(walked: dict[TextStack, Walked], progress: Progress) -> Iterator[CodeTrace]:
    """The lecture's code for every kind of attention, on what it reads in each layer."""
    for name, kind, one in _kinds(walked):
        progress.beat()
        parts = [part.modules for layer in one.stack.layers for part in layer if part.kind == kind]
        steps = [step for layer in one.steps for step in layer if step.kind == kind]
        read = [
            attention_code.Read(
                modules, step.given, walked["encoder"].output if name == "cross" else step.given, step.detail.output
            )
            for modules, step in zip(parts, steps, strict=True)
            if isinstance(modules, AttentionModules)
        ]
        yield from attention_code.traces(name, read)


def _refuse_many(walked: dict[TextStack, Walked], found: Reading, reference: str) -> None:
    """Raise InputError where a walk has more numbers than a page can show."""
    details = [step.detail for one in walked.values() for layer in one.steps for step in layer]
    values = sum(tensor.numel() for detail in details for tensor in _shown(detail))
    if values > MAX_VALUES:
        size = {"millions": f"{values / 1e6:.1f}", "maximum": MAX_VALUES // 10**6}
        tokens = found.ids.shape[1] or found.read.shape[1]
        raise InputError("anatomy.many", reference=reference, tokens=tokens, **size)


def _shown(detail: AttentionStep | FeedForwardStep) -> list[torch.Tensor]:
    """The vectors of a part that a page shows."""
    if isinstance(detail, FeedForwardStep):
        return [detail.hidden, detail.activated, detail.output]
    return [detail.query, detail.key, detail.value, detail.output]
