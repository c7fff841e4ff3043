"""The same predictions in one pass over all positions and step by step, with a cache and without: counted and timed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from models import measure
from models.anatomy.teacher_forcing import Known, is_causal, know, named, predict
from models.checkpoint import OpenModel
from models.device import describe
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.traces import CacheTrace, StepByStep

MAX_ROUNDS = 7
MAX_SECONDS = 3.0
"""After which no further round begins."""

CONTINUED = 12
"""Tokens by which a decoder alone goes on."""

Steps = Callable[[Callable[[Callable[[], torch.Tensor]], None]], None]
"""Hands each of its decoder calls, a function that gives log probabilities (V,), to what calls it."""


@torch.inference_mode()
def trace(*, sentence: str, language: str, model: OpenModel, progress: Progress = NO_PROGRESS) -> CacheTrace:
    """Predict the model's own output three ways. An encoder's work, the same for all, is not counted.

    Raises InputError where the model writes nothing or the sentence cannot be used, and whatever `progress` raises.
    """
    if not is_causal(model.model):
        raise InputError("anatomy.no_steps", reference=model.reference)
    known = know(sentence, language, model, CONTINUED)
    ways: dict[str, Steps] = {
        "one_pass": lambda call: call(lambda: predict(model.model, known.states, known.reading.read).log_prob),
        "with_cache": lambda call: _with_cache(model.model, known, call),
        "without_cache": lambda call: _without_cache(model.model, known, call),
    }
    found = {name: _results(steps) for name, steps in ways.items()}  # and a warm-up
    progress.beat()
    shape = known.reading.ids.shape[1], known.reading.read.shape[1], known.reading.given
    work = {
        name: measure.once(model.model, (name, *shape), lambda steps=steps: _counted(steps))
        for name, steps in ways.items()
    }
    progress.beat()
    seconds, rounds = _timed(ways, progress)
    apart = {name: float((found[name] - found["one_pass"]).abs().max()) for name in ways}
    return CacheTrace(
        sentence=sentence,
        **named(model, known),
        device=describe(),
        rounds=rounds,
        one_pass_multiply_adds=int(work["one_pass"].sum()),
        one_pass_seconds=float(seconds["one_pass"].sum()),
        with_cache=StepByStep(work["with_cache"], seconds["with_cache"], apart["with_cache"]),
        without_cache=StepByStep(work["without_cache"], seconds["without_cache"], apart["without_cache"]),
    )


def _with_cache(model: Any, known: Known, call: Callable[[Callable[[], torch.Tensor]], None]) -> None:
    """What the model was given in the first call, then one token a call."""
    read, given = known.reading.read, known.reading.given
    alone = known.states is None
    cache = DynamicCache() if alone else EncoderDecoderCache(DynamicCache(), DynamicCache())
    beside: dict[str, Any] = {} if alone else {"encoder_outputs": BaseModelOutput(known.states)}  # type: ignore[arg-type]

    def step(tokens: torch.Tensor) -> torch.Tensor:
        asked = {"input_ids" if alone else "decoder_input_ids": tokens, "past_key_values": cache, "use_cache": True}
        return model(**beside, **asked).logits[0].float().log_softmax(-1)

    for tokens in read.split([given, *[1] * (read.shape[1] - given)], dim=1):
        call(lambda tokens=tokens: step(tokens))


def _without_cache(model: Any, known: Known, call: Callable[[Callable[[], torch.Tensor]], None]) -> None:
    """All tokens so far a call, of whose predictions the last is new; in the first call all are."""
    read, given = known.reading.read, known.reading.given
    for length in range(given, read.shape[1] + 1):
        new = slice(0 if length == given else -1, None)
        call(lambda length=length, new=new: predict(model, known.states, read[:, :length]).log_prob[new])


def _results(steps: Steps) -> torch.Tensor:
    """The log probabilities (position, V) of all calls."""
    found: list[torch.Tensor] = []
    steps(lambda step: found.append(step()))
    return torch.cat(found)


def _counted(steps: Steps) -> np.ndarray:
    """Multiply-adds of each call."""
    found: list[int] = []
    steps(lambda step: found.append(measure.multiply_adds(step)))
    return np.array(found)


def _timed(ways: dict[str, Steps], progress: Progress) -> tuple[dict[str, np.ndarray], int]:
    """Seconds of each call of each way, the median of some rounds in which the ways take turns; how many rounds."""
    rounds: list[dict[str, np.ndarray]] = []
    spent = 0.0
    while len(rounds) < MAX_ROUNDS and spent < MAX_SECONDS:
        progress.beat()
        rounds.append({})
        for name, steps in ways.items():
            found: list[float] = []
            steps(lambda step, found=found: found.append(measure.seconds(step)))
            rounds[-1][name] = np.array(found)
            spent += sum(found)
    return {name: np.median([one[name] for one in rounds], axis=0) for name in ways}, len(rounds)
