"""Mask-predict: iterative refinement of all positions at once (Ghazvininejad et al. 2019, section 3), traced.

Padding, </s> and the mask itself are never predicted: the other tokens share the probability.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from models.errors import InputError
from models.measure import multiply_adds, once, seconds
from models.progress import NO_PROGRESS, Progress
from models.traces import LengthCandidate, RefineTrace
from models.translation.cmlm import CmlmForTranslation, Encoded
from models.translation.pieces import pieces, text
from models.translation.vocabulary import EOS, MASK, PAD

N_ALTERNATIVE = 5
"""Most probable tokens kept at each position."""


@dataclass(frozen=True)
class Settings:
    """How to refine. A single pass is plain non-autoregressive decoding."""

    passes: int = 10
    n_length: int = 3
    """Length candidates."""
    strategy: str = "lowest"
    """Which positions are masked again: those of lowest confidence (the paper's), random ones, all but those already
    fixed from left to right, or always the `picked` ones."""
    picked: tuple[int, ...] = ()
    seed: int = 0


@dataclass
class Pass:
    """One decoder call on all rows; a row is one length candidate of one sentence."""

    masked: torch.Tensor
    """(row, position) bool"""
    token: torch.Tensor
    """(row, position) after the pass"""
    probability: torch.Tensor
    """(row, position) after the pass; 1 on padding"""
    states: torch.Tensor
    """(row, position, width) before the scores of tokens"""
    self_attention: torch.Tensor
    cross_attention: torch.Tensor


def remasked(step: int, settings: Settings, probability: torch.Tensor, length: torch.Tensor) -> torch.Tensor:
    """Which positions pass `step` (counted from 0) predicts anew (row, position); all real ones in the first pass.

    The number falls linearly: n = int(N (1 - step / passes)), at least 1, the product in float32 as in the
    paper's code.
    """
    place = torch.arange(probability.shape[1], device=probability.device).expand_as(probability)
    real = place < length[:, None]
    if step == 0:
        return real
    count = (length.float() * (1 - step / settings.passes)).long().clamp(min=1)
    if settings.strategy == "picked":
        picked = torch.tensor(settings.picked, device=place.device)
        return real & torch.isin(place, picked)
    if settings.strategy == "random":
        generator = torch.Generator().manual_seed(settings.seed * 1_009 + step)
        order = torch.rand(probability.shape, generator=generator).to(probability)
    elif settings.strategy == "left_to_right":
        order = -place.float()
    else:
        order = probability
    rank = order.masked_fill(~real, float("inf")).argsort(dim=-1, stable=True).argsort(-1)
    return real & (rank < count[:, None])


def passes(model: CmlmForTranslation, source: Encoded, length: torch.Tensor, settings: Settings) -> Iterator[Pass]:
    """Yield every Pass over rows of the given `length` (row,); `source` has the same rows."""
    width = int(length.max())
    real = torch.arange(width, device=length.device) < length[:, None]
    token = torch.where(real, MASK, PAD)
    probability = torch.ones(token.shape, device=length.device)
    for step in range(settings.passes):
        masked = remasked(step, settings, probability, length)
        states, self_attention, cross_attention = model.decode(token.masked_fill(masked, MASK), source)
        scores = logits(model, states[masked])  # masked, V
        best = scores.max(-1)
        token = token.masked_scatter(masked, best.indices)
        probability = probability.masked_scatter(masked, (best.values - scores.logsumexp(-1)).exp())
        yield Pass(masked, token, probability, states, self_attention, cross_attention)


def logits(model: CmlmForTranslation, states: torch.Tensor) -> torch.Tensor:
    """Scores of all tokens (..., V); padding, </s> and the mask are no output of a CMLM."""
    return model.logits(states).float().index_fill(-1, torch.tensor([PAD, EOS, MASK], device=states.device), -torch.inf)


def lengths(source: Encoded, n_length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The most probable target lengths of each sentence and their log probabilities (sentence, candidate).

    Raises InputError when the model tells fewer lengths apart.
    """
    known = source.length_logits.shape[-1]
    if n_length > known:
        raise InputError("decoding.lengths", maximum=known)
    best = source.length_logits.float().log_softmax(-1).topk(n_length)
    return best.indices, best.values


def repeat(source: Encoded, count: int) -> Encoded:
    """Each sentence `count` times in a row."""
    return Encoded(*(part.repeat_interleave(count, 0) for part in (source.states, source.mask, source.length_logits)))


def score(seen: Pass, length: torch.Tensor) -> torch.Tensor:
    """Mean log probability of a row's tokens (row,); padding has probability 1 and adds nothing."""
    return seen.probability.log().sum(-1) / length


@torch.no_grad()
def translate(model: CmlmForTranslation, ids: torch.Tensor, settings: Settings) -> list[list[int]]:
    """The output ids of each of the sentences (sentence, source), all at once and without a trace."""
    source = model.encode(ids)
    length = lengths(source, settings.n_length)[0].flatten()
    (last,) = deque(passes(model, repeat(source, settings.n_length), length, settings), maxlen=1)
    best = score(last, length).view(len(ids), -1).argmax(-1).tolist()
    rows = [sentence * settings.n_length + candidate for sentence, candidate in enumerate(best)]
    return [last.token[row, : length[row]].tolist() for row in rows]


@torch.no_grad()
def refine(
    model: CmlmForTranslation,
    tokenizer: Any,
    ids: torch.Tensor,
    settings: Settings,
    reference: str,
    progress: Progress = NO_PROGRESS,
) -> RefineTrace:
    """One sentence (1, source) through all passes, for all length candidates together.

    Raises whatever `progress` raises between passes.
    """
    run = _Refinement(model, ids, settings)
    elapsed = seconds(lambda: run.refine(progress))
    source, length, seen = run.source, run.length, run.passes
    scores = score(seen[-1], length)
    best = int(scores.argmax())
    candidates = tuple(
        _candidate(model, seen, row, int(n), float(run.length_log_prob[row]), float(scores[row]))
        for row, n in enumerate(length)
    )
    used = sorted({int(i) for c in candidates for a in (c.token, c.alternative) for i in a.flat} | {MASK})
    n = int(length[best])
    return RefineTrace(
        model=reference,
        source=pieces(tokenizer, ids[0].tolist(), source=True),
        output=text(tokenizer, candidates[best].token[-1].tolist()),
        candidates=candidates,
        best=best,
        length_probability=source.length_logits[0].float().softmax(-1).cpu().numpy(),
        strategy=settings.strategy,
        cross_attention=torch.stack([s.cross_attention[best, :, :, :n] for s in seen]).cpu().numpy(),
        self_attention=torch.stack([s.self_attention[best, :, :, :n, :n] for s in seen]).cpu().numpy(),
        piece=pieces(tokenizer, used),
        piece_id=np.array(used),
        multiply_adds=_multiply_adds(model, ids, settings, seen[0].token),
        seconds=elapsed,
    )


class _Refinement:
    """One sentence under way: its source, its candidate lengths (candidate) and what every pass left."""

    def __init__(self, model: CmlmForTranslation, ids: torch.Tensor, settings: Settings) -> None:
        self.model, self.ids, self.settings = model, ids, settings
        self.passes: list[Pass] = []

    def refine(self, progress: Progress) -> None:
        """Encode, choose the lengths and run all passes."""
        self.source = self.model.encode(self.ids)
        self.length, self.length_log_prob = (part[0] for part in lengths(self.source, self.settings.n_length))
        rows = repeat(self.source, self.settings.n_length)
        for step in passes(self.model, rows, self.length, self.settings):
            self.passes.append(step)
            progress.beat()


def _candidate(
    model: CmlmForTranslation, seen: list[Pass], row: int, length: int, log_prob: float, score: float
) -> LengthCandidate:
    masked = [step.masked[row, :length] for step in seen]  # position
    now = [logits(model, step.states[row, :length]).softmax(-1) for step in seen]  # position, V
    most_probable = [probability.topk(N_ALTERNATIVE) for probability in now]
    beside = [_beside(standing) for standing in _standing(masked, now)]
    return LengthCandidate(
        masked=torch.stack(masked).cpu().numpy(),
        token=torch.stack([step.token[row, :length] for step in seen]).cpu().numpy(),
        probability=torch.stack([step.probability[row, :length] for step in seen]).cpu().numpy(),
        alternative=torch.stack([best.indices for best in most_probable]).cpu().numpy(),
        alternative_probability=torch.stack([best.values for best in most_probable]).cpu().numpy(),
        probability_before=torch.stack([before for before, _, _ in beside]).cpu().numpy(),
        probability_behind=torch.stack([behind for _, behind, _ in beside]).cpu().numpy(),
        overlap=torch.stack([overlap for _, _, overlap in beside]).cpu().numpy(),
        log_prob=log_prob,
        score=score,
    )


def _standing(masked: list[torch.Tensor], now: list[torch.Tensor]) -> Iterator[torch.Tensor]:
    """After each pass, the distributions (position, V) from which the tokens that stand there were taken."""
    standing = now[0]
    for mask, probability in zip(masked, now, strict=True):
        standing = torch.where(mask[:, None], probability, standing)
        yield standing


def _beside(standing: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of distributions (position, V): probability_before, probability_behind and overlap of a LengthCandidate."""
    nothing = torch.full_like(standing[:1], torch.nan)
    before, behind = torch.cat([nothing, standing[:-1]]), torch.cat([standing[1:], nothing])
    best = standing.topk(N_ALTERNATIVE).indices
    return before.gather(-1, best), behind.gather(-1, best), torch.minimum(standing, before).sum(-1)


def _multiply_adds(model: CmlmForTranslation, ids: torch.Tensor, settings: Settings, token: torch.Tensor) -> int:
    """Counted on the encoder and one pass; every pass costs the same."""

    def count() -> tuple[int, int]:
        rows = repeat(model.encode(ids), settings.n_length)
        one_pass = multiply_adds(lambda: model.logits(model.decode(token, rows)[0]))
        return multiply_adds(lambda: model.encode(ids)), one_pass

    encoding, one_pass = once(model, ("refine", ids.shape[1], *token.shape), count)
    return encoding + settings.passes * one_pass
