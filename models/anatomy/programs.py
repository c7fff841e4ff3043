"""The lecture's code on one's own sentence, line by line: positions, LayerNorm, feed-forward, training, generation and
the KV cache. Attention has its own view.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch.nn import functional as F

from models.anatomy.lecture import feed_forward, generation, kv_cache, layer_norm, positions, training
from models.anatomy.living_code import Made, Program
from models.anatomy.norm import norm_inputs
from models.anatomy.teacher_forcing import Known, is_causal, know, logits
from models.anatomy.text import Walked, through, tokens_of
from models.checkpoint import OpenModel
from models.families import text_layers
from models.parts import AttentionModules, FeedForwardModules
from models.progress import NO_PROGRESS, Progress
from models.traces.programs import MadeTrace, ProgramName, ProgramsTrace, ProgramTrace
from models.translation.pieces import pieces

STEPS = 8
"""Tokens that are written in a loop."""
COLUMNS = 256
"""Numbers of a row that are kept, of a vocabulary the first ids."""
IDS = ("read", "right", "best", "text")
"""Names of what holds ids of tokens."""
SINUSOIDAL = 1e-4
"""A table this near to the formula is the formula's."""


class Ran(NamedTuple):
    """A program that ran, its result and the same from elsewhere."""

    name: ProgramName
    program: Program
    result: torch.Tensor
    wanted: torch.Tensor


@torch.inference_mode()
def trace(sentence: str, language: str, model: OpenModel, progress: Progress = NO_PROGRESS) -> ProgramsTrace:
    """Run every program that a model has: an encoder alone neither trains on nor generates a next token, and the cache
    and the formula of positions are for models that add positions to the embeddings.

    Raises InputError where the model's family cannot be walked, or where the sentence cannot be used.
    """
    layers = text_layers(model.model)
    layers.check(model.model, model.reference)
    known = know(sentence, language, model, STEPS)
    progress.beat()
    tokens = tokens_of(layers, known.reading)
    stack = layers.STACKS[-1]
    walked = through(model.model, tokens)[stack]
    programs = []
    for ran in (*_parts(walked), *_next_tokens(model, known, walked)):
        progress.beat()
        programs.append(_traced(ran, model))
    return ProgramsTrace(
        model=model.reference,
        sentence=sentence,
        stack=stack,
        token=pieces(model.reader, tokens[stack].tolist()),
        starts=len(layers.STACKS) > 1,
        programs=tuple(programs),
    )


def _parts(walked: Walked) -> Iterator[Ran]:
    """What the first layer of a stack does beside attention."""
    start, first, pre_norm = walked.start, walked.steps[0], walked.stack.pre_norm
    program = Program(positions)
    x = program["with_positions"](start.embedding.cpu())
    if (x - start.embedding.cpu() - start.position.cpu()).abs().max() < SINUSOIDAL:
        yield Ran("positions", program, x, start.embedding.cpu() + start.position.cpu())

    norm = walked.stack.layers[0][0].norm
    program = Program(layer_norm, without=() if walked.stack.centred else ("centre", "shift"))
    x = norm_inputs(start.stream, walked.steps, pre_norm)[0][0]
    yield Ran("layer_norm", program, program["layer_norm"](x, norm.weight, norm.bias, norm.eps), norm(x))

    part = walked.stack.layers[0][-1]
    if isinstance(modules := part.modules, FeedForwardModules):
        off = {"pre-norm": not pre_norm, "post-norm": pre_norm, "gate": modules.gate is None}
        program = Program(feed_forward, without=[name for name, is_off in off.items() if is_off])
        inner, activation, outer, gate = modules
        x = program["feed_forward"](first[-2].stream, part.norm, inner, activation, gate, outer)
        yield Ran("feed_forward", program, x, first[-1].stream)


def _next_tokens(model: OpenModel, known: Known, walked: Walked) -> Iterator[Ran]:
    """What a decoder does with tokens one after another."""
    if not is_causal(model.model):
        return
    found = known.reading
    text = torch.cat([found.read[0], found.says[-1:]])

    def scores(read: torch.Tensor) -> torch.Tensor:
        return logits(model.model, known.states, read[None])[0]

    program = Program(training)
    loss = program["training_loss"](scores, text)
    yield Ran("training", program, loss, F.cross_entropy(scores(text[:-1]), text[1:]))

    program = Program(generation)
    most = min(STEPS, len(text) - found.given)
    written = program["generate"](scores, text[: found.given], model.reader.eos_token_id, most)
    yield Ran("generation", program, written, text[: found.given + most])

    modules, own = walked.stack.layers[0][0].modules, walked.steps[0][0]
    if isinstance(modules, AttentionModules) and walked.start.position.any():
        program, most = Program(kv_cache), min(STEPS, len(own.given))
        query, key, value, output, heads = modules
        given = program["with_cache"](own.given[:most], query, key, value, output, heads)
        yield Ran("kv_cache", program, given, own.detail.output[:most])


def _traced(ran: Ran, model: OpenModel) -> ProgramTrace:
    made = [_made(one, model) for one in ran.program.ran() if isinstance(one.value, torch.Tensor)]
    return ProgramTrace(ran.name, ran.program.lines, tuple(made), _difference(ran.result, ran.wanted))


def _made(made: Made, model: OpenModel) -> MadeTrace:
    value = made.value
    rows = value.reshape(-1, value.shape[-1]) if value.ndim else value.reshape(1, 1)
    named: Sequence[str] = pieces(model.reader, value.flatten().tolist()) if made.name in IDS else ()
    numbers = rows[:, :COLUMNS].float().cpu().numpy()
    return MadeTrace(made.line, made.name, tuple(value.shape), numbers, tuple(named))


def _difference(result: torch.Tensor, wanted: torch.Tensor) -> float:
    """The largest distance; of ids how many are others, or missing."""
    if result.is_floating_point():
        return float((result - wanted).abs().max())
    shared: Any = min(len(result), len(wanted))
    return float((result[:shared] != wanted[:shared]).sum() + abs(len(result) - len(wanted)))
