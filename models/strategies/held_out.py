"""What a learner says to pairs that it did not learn, the true characters before: right ones, surprise, confidence."""

from typing import NamedTuple

import numpy as np
import torch

from models.strategies.learner import Batch, Learner, best, losses
from models.translation.batches import shifted
from models.translation.vocabulary import PAD


class HeldOut(NamedTuple):
    """Over all characters of the targets, ends included."""

    loss: float
    """Nats a character, of targets that are not smoothed."""
    correct: float
    """The share of characters that are predicted right."""
    exact: float
    """The share of whole targets, which is that of greedy outputs: up to a first mistake both read the same."""
    logit_gap: float
    """The true character's logit less the mean of all others, mean over the characters."""
    right: np.ndarray
    """(character,): 1 for a right prediction, else 0."""
    confidence: np.ndarray
    """(character,): the probability of what is predicted."""


@torch.no_grad()
def held_out(learner: Learner, batch: Batch) -> HeldOut:
    """All positions in one pass."""
    scores, target = learner.scores(learner.encode(batch.source), shifted(batch.target)), batch.target
    asked, predicted = target.ne(PAD), best(scores)
    right = predicted.eq(target)
    true = scores.gather(-1, target[..., None])[..., 0]
    gap = true - (scores.sum(-1) - true) / (scores.shape[-1] - 1)
    confidence = scores.softmax(-1).gather(-1, predicted[..., None])[..., 0]
    return HeldOut(
        loss=float(losses(scores, target)[asked].mean()),
        correct=float(right[asked].float().mean()),
        exact=float((right | ~asked).all(-1).float().mean()),
        logit_gap=float(gap[asked].mean()),
        right=right[asked].numpy().astype(float),
        confidence=confidence[asked].numpy(),
    )
