"""What a learner says to pairs that it did not learn: with the true characters before, and with its own."""

from typing import NamedTuple

import torch

from models.strategies.feeding import own
from models.strategies.learner import Batch, Learner, best, losses
from models.translation.batches import shifted
from models.translation.vocabulary import PAD


class Answer(NamedTuple):
    """What was read and what was predicted from it (pair, position)."""

    read: torch.Tensor
    predicted: torch.Tensor
    loss: torch.Tensor


class Marks(NamedTuple):
    """Shares of right predictions; nan of nothing."""

    right_gold: float
    right_own: float
    exact: float
    after_gold: float
    after_own: float


@torch.no_grad()
def answer(learner: Learner, batch: Batch, read: torch.Tensor) -> Answer:
    """All positions in one pass over what is read."""
    scores = learner.scores(learner.encode(batch.source), read)
    return Answer(read, best(scores), losses(scores, batch.target))


@torch.no_grad()
def ask(learner: Learner, batch: Batch) -> tuple[Answer, Answer]:
    """With the true characters before each position, and with the learner's own output."""
    written = own(learner, learner.encode(batch.source), batch.target.shape[1])
    return answer(learner, batch, shifted(batch.target)), answer(learner, batch, written)


def marks(gold: Answer, written: Answer, target: torch.Tensor) -> Marks:
    """Of both answers to the same targets, position by position."""
    asked = target.ne(PAD)
    right, right_own = (one.predicted.eq(target) for one in (gold, written))
    wrong_before = (~right & asked).cumsum(-1) - (~right & asked).long()
    after = asked & (wrong_before > 0)
    return Marks(
        right_gold=_share(right, asked),
        right_own=_share(right_own, asked),
        exact=float((right | ~asked).all(-1).float().mean()),
        after_gold=_share(right, after),
        after_own=_share(right_own, after),
    )


def _share(right: torch.Tensor, among: torch.Tensor) -> float:
    return float(right[among].float().mean())
