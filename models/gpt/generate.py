"""A language model goes on from a visitor's text, token by token, and from every token that the visitor puts instead.

Token by token the same as the library's generate() from the same tokens and the same seed; what each call found
probable, and what was left of it, is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from models.checkpoint import OpenModel
from models.errors import InputError
from models.gpt.beam import hypotheses
from models.gpt.prompt import encode
from models.gpt.sampling import Method, Sampling
from models.measure import seconds
from models.progress import NO_PROGRESS, Progress
from models.traces import Continuation, GenerationTrace
from models.translation.pieces import pieces

Branch = tuple[int, int, int]
"""The continuation that is left, its step, and the id that is put there instead."""
ALTERNATIVES = 12
"""Tokens that are kept of each call."""
GROWS_BY = 4
"""Tokens between two growing traces."""
AGAIN = 5
"""Calls that are made again without a cache."""


@dataclass
class Written:
    """A continuation that is being written."""

    parent: int
    leaves: int
    prefix: torch.Tensor
    """Ids (1, token) that it goes on from."""
    end: set[int]
    calls: list[dict[str, Any]] = field(default_factory=list)
    """Of each step: its own part of a Continuation's arrays."""
    log_probs: list[torch.Tensor] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def token(self) -> list[int]:
        """What was written so far."""
        return [call["token"] for call in self.calls]

    def trace(self) -> Continuation:
        """All of it."""
        arrays = {name: np.array([call[name] for call in self.calls]) for name in self.calls[0]}
        return Continuation(self.parent, self.leaves, **arrays, ended=self.token[-1] in self.end)


def trace(
    text: str,
    model: OpenModel,
    method: Method = "sample",
    length: int = 60,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    min_p: float = 0.0,
    repetition_penalty: float = 1.0,
    seed: int = 0,
    beam_width: int = 4,
    branches: tuple[Branch, ...] = (),
    progress: Progress = NO_PROGRESS,
) -> Iterator[GenerationTrace]:
    """Growing traces; each of the `branches` leaves one of those before it, and all have `length` tokens at most.

    Raises InputError when the text cannot be used, when a branch does not fit, or where the model gives no numbers.
    """
    settings = Sampling(method, temperature, top_k, top_p, min_p, repetition_penalty, seed, beam_width)
    if branches and method == "beam":
        raise InputError("generation.beam_branch")
    prompt = encode(model, text, room=length)
    end, found = _end(model.model), list[Written]()

    def so_far(again: tuple[np.ndarray, np.ndarray, float] | None = None) -> GenerationTrace:
        return _trace(model, text, method, prompt, found, again)

    if method == "beam":
        found = _beams(model, prompt, settings, length, progress)
        yield so_far(_again(model.model, found[0]))
        return
    for parent, leaves, token in ((-1, 0, None), *branches):
        before = [] if parent < 0 else _shared(found, parent, leaves)
        prefix = torch.cat([prompt, prompt.new_tensor([before])], 1) if before else prompt
        found.append(Written(parent, leaves, prefix, end))
        for step in _write(model, found[-1], settings, length - leaves, token):
            progress.beat()
            if step % GROWS_BY == 0:
                yield so_far()
    yield so_far(_again(model.model, found[0]))


def _end(model: Any) -> set[int]:
    """Ids that end an output."""
    end = model.generation_config.eos_token_id
    return set(end) if isinstance(end, list) else {end} - {None}


def _shared(found: list[Written], parent: int, leaves: int) -> list[int]:
    """What is written before step `leaves` of a continuation. Raises InputError where there is no such step."""
    if parent >= len(found):
        raise InputError("generation.branch")
    own = found[parent]
    if not own.leaves <= leaves < own.leaves + len(own.calls):
        raise InputError("generation.branch")
    before = [] if own.parent < 0 else _shared(found, own.parent, own.leaves)
    return [*before, *own.token[: leaves - own.leaves]]


@torch.inference_mode()
def _write(model: OpenModel, written: Written, settings: Sampling, count: int, first: int | None) -> Iterator[int]:
    """Call the model `count` times at most, and give the number of each call; the first token may be given."""
    draws, processors = torch.Generator().manual_seed(settings.seed), settings.processors()
    ids, read, cache = written.prefix, written.prefix, None
    for step in range(count):
        answers: list[Any] = []
        call = {"past_key_values": cache, "use_cache": True}
        written.seconds.append(seconds(lambda: answers.append(model.model(read, **call))))  # noqa: B023
        cache, logits = answers[0].past_key_values, answers[0].logits[:, -1].float()
        if not logits.isfinite().all():
            raise InputError("model.no_numbers", reference=model.reference)
        scores = processors(ids, logits.clone())[0]  # pyright: ignore[reportArgumentType]
        given = first if step == 0 else None
        if given is not None and not 0 <= given < len(scores):
            raise InputError("generation.branch")
        token = settings.choose(scores, draws) if given is None else given
        drawn = settings.method == "sample" and given is None
        written.log_probs.append(logits[0].log_softmax(-1))
        written.calls.append(_call(token, written.log_probs[-1], scores, drawn))
        yield step
        if token in written.end:
            return
        read = ids.new_tensor([[token]])
        ids = torch.cat([ids, read], 1)


@torch.inference_mode()
def _beams(
    model: OpenModel, prompt: torch.Tensor, settings: Sampling, length: int, progress: Progress
) -> list[Written]:
    """The hypotheses of a beam search as continuations, the best first: each leaves the one that it shares most with.

    What the model found probable comes from one more forward pass for each.
    """
    end, processors = _end(model.model), settings.processors()
    whole, took = hypotheses(model.model, prompt, end, processors, settings.beam_width, length, progress)
    found = list[Written]()
    for rank, tokens in enumerate(whole):
        shared = [_n_shared(tokens, other) for other in whole[:rank]]
        parent = int(np.argmax(shared)) if shared else -1
        leaves = shared[parent] if shared else 0
        ids = torch.cat([prompt, prompt.new_tensor(tokens)[None]], 1)
        n_prefix = prompt.shape[1] + leaves
        written = Written(parent, leaves, ids[:, :n_prefix], end, seconds=took)
        logits = model.model(ids, use_cache=False).logits[0, n_prefix - 1 : -1].float()
        for at, row in enumerate(logits, n_prefix):
            log_prob = row.log_softmax(-1)
            scores = processors(ids[:, :at], log_prob[None].clone())[0]  # pyright: ignore[reportArgumentType]
            written.log_probs.append(log_prob)
            written.calls.append(_call(int(ids[0, at]), log_prob, scores, drawn=False))
        found.append(written)
    return found


def _n_shared(tokens: np.ndarray, others: np.ndarray) -> int:
    """How many tokens two lists begin with alike."""
    least = min(len(tokens), len(others))
    differ = np.flatnonzero(tokens[:least] != others[:least])
    return int(differ[0]) if len(differ) else least


def _call(token: int, log_prob: torch.Tensor, scores: torch.Tensor, drawn: bool) -> dict[str, Any]:
    """A step of a Continuation, from log probabilities and from the scores (vocabulary,) that were left."""
    best = log_prob.topk(min(ALTERNATIVES, len(log_prob)))
    left = scores.isfinite()
    return {
        "token": token,
        "log_prob": float(log_prob[token]),
        "probability": float(scores.softmax(-1)[token]) if drawn else np.nan,
        "entropy": float(-(log_prob.exp() * log_prob).sum() / np.log(2)),
        "kept": int(left.sum()),
        "alternative": best.indices.cpu().numpy(),
        "alternative_log_prob": best.values.cpu().numpy(),
        "alternative_kept": left[best.indices].cpu().numpy(),
    }


@torch.inference_mode()
def _again(model: Any, written: Written) -> tuple[np.ndarray, np.ndarray, float]:
    """Some calls without a cache: their lengths, their seconds, and the largest difference of log probabilities."""
    steps = sorted({round(step) for step in np.linspace(0, len(written.calls) - 1, AGAIN)})
    ids = torch.cat([written.prefix, written.prefix.new_tensor([written.token])], 1)
    n_prefix, took, differs = written.prefix.shape[1], list[float](), 0.0
    for step in steps:
        answers: list[Any] = []
        took.append(seconds(lambda: answers.append(model(ids[:, : n_prefix + step], use_cache=False))))  # noqa: B023
        log_prob = answers[0].logits[0, -1].float().log_softmax(-1)
        differs = max(differs, float((log_prob - written.log_probs[step]).abs().max()))
    return np.array(steps) + n_prefix, np.array(took), differs


def _trace(
    model: OpenModel,
    text: str,
    method: Method,
    prompt: torch.Tensor,
    found: list[Written],
    again: tuple[np.ndarray, np.ndarray, float] | None,
) -> GenerationTrace:
    written = [one.trace() for one in found if one.calls]
    used = np.unique(np.concatenate([prompt[0].cpu().numpy(), *(part.alternative.ravel() for part in written)]))
    used = np.union1d(used, np.concatenate([part.token for part in written]))
    nothing = np.full(1, np.nan)
    lengths, took, difference = again or (nothing, nothing, float("nan"))
    return GenerationTrace(
        model=model.reference,
        text=text,
        method=method,
        prompt=prompt[0].cpu().numpy(),
        continuations=tuple(written),
        piece=pieces(model.reader, used.tolist()),
        piece_id=used,
        length=prompt.shape[1] + np.arange(len(found[0].seconds)),
        seconds=np.array(found[0].seconds),
        again_length=lengths,
        again_seconds=took,
        difference=difference,
        done=again is not None,
    )
