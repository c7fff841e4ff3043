"""How a text goes on: every token with what else was probable, and the branches that a visitor grew."""

from typing import TypedDict

import numpy as np

from lab.format import number, percent, scientific
from lab.text import Text
from lab.views.decoding.tokens import piece_index
from lab.views.payload import Payload, rounded
from models.traces import Continuation, GenerationTrace


class ContinuationMeta(TypedDict):
    """A continuation; tokens are indices into `piece`, a list has one entry for each step."""

    parent: int
    leaves: int
    token: list[int]
    log_prob: list[float | None]
    probability: list[float | None]
    entropy: list[float | None]
    kept: list[int]
    alternative: list[list[int]]
    alternative_log_prob: list[list[float | None]]
    alternative_kept: list[list[bool]]
    ended: bool


class GenerateMeta(TypedDict):
    """The text and its continuations."""

    model: str
    method: str
    prompt: list[int]
    piece: list[str]
    piece_id: list[int]
    continuations: list[ContinuationMeta]
    done: bool


def payload(trace: GenerationTrace, text: Text) -> Payload:
    """All tokens with their numbers; they have no words."""
    index = piece_index(trace.piece_id)

    def one(written: Continuation) -> ContinuationMeta:
        return {
            "parent": written.parent,
            "leaves": written.leaves,
            "token": index(written.token).tolist(),
            "log_prob": rounded(written.log_prob),
            "probability": rounded(written.probability),
            "entropy": rounded(written.entropy, 3),
            "kept": written.kept.tolist(),
            "alternative": index(written.alternative).tolist(),
            "alternative_log_prob": [rounded(row) for row in written.alternative_log_prob],
            "alternative_kept": written.alternative_kept.tolist(),
            "ended": written.ended,
        }

    meta: GenerateMeta = {
        "model": trace.model,
        "method": trace.method,
        "prompt": index(trace.prompt).tolist(),
        "piece": list(trace.piece),
        "piece_id": trace.piece_id.tolist(),
        "continuations": [one(written) for written in trace.continuations],
        "done": trace.done,
    }
    return Payload(meta, {})


def claim(trace: GenerationTrace, text: Text) -> str:
    """How surprising the first continuation is, and what a cache of keys and values saves; or how alike beams are."""
    if trace.method == "beam":
        return _beams(trace, text)
    written = trace.continuations[0]
    best = written.alternative[:, 0] == written.token
    said = text(
        "generation.view.generate.claim",
        count=len(written.token),
        mean=number(float(-written.log_prob.mean()), 2),
        best=percent(float(best.mean())),
        bits=number(float(written.entropy.mean()), 2),
    )
    if not trace.done or len(trace.seconds) < 2:
        return said
    cached, again = float(np.median(trace.seconds[1:])), float(trace.again_seconds[-1])
    speed = text(
        "generation.view.generate.speed",
        rate=number(1 / cached, 1),
        milliseconds=number(1000 * cached, 1),
        again=number(1000 * again, 1),
        tokens=int(trace.again_length[-1]),
        difference=scientific(trace.difference),
    )
    return text.sentences(said, speed)


def _beams(trace: GenerationTrace, text: Text) -> str:
    """What the best and the last hypothesis have, and how much they share."""
    best = trace.continuations[0]
    first_choice = best.alternative[:, 0] == best.token
    means = [-log_prob.mean() for log_prob in (_log_prob(trace, at) for at in (0, len(trace.continuations) - 1))]
    return text(
        "generation.view.generate.beams",
        width=len(trace.continuations),
        mean=number(float(means[0]), 3),
        last=number(float(means[1]), 3),
        best=percent(float(first_choice.mean())),
        shared=min((one.leaves for one in trace.continuations[1:]), default=0),
        count=len(best.token),
    )


def _log_prob(trace: GenerationTrace, at: int) -> np.ndarray:
    """The log probabilities (step,) of a continuation from the end of the text on, with what it shares."""
    one = trace.continuations[at]
    return np.concatenate([_log_prob(trace, one.parent)[: one.leaves], one.log_prob]) if one.leaves else one.log_prob
