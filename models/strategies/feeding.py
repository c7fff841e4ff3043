"""What a decoder is fed while it learns: the strategies, each a few lines.

Teacher forcing: the true characters before (Williams & Zipser 1989). Scheduled sampling: at each position a coin
decides between the true one and the model's own prediction; the share of true ones, epsilon, falls while the model
learns (Bengio et al. 2015). A Transformer predicts all positions at once, so its predictions come from a first pass
over the true characters (Mihaylova & Martins 2019). Its own output: what it writes itself, never a true character.
Switched: the true characters until half of the training, its own output from there on.
"""

from collections.abc import Callable

import torch

from models.strategies.learner import Learner, Source, best
from models.translation.batches import shifted

STEEP = 50.0
"""k of the inverse sigmoid."""
Schedule = Callable[[float, float], float]
"""Epsilon, the probability of a true character, after a share of the training; it is 1/2 at `half`."""


def linear(progress: float, half: float) -> float:
    """Falls evenly from 1 to 0, which it reaches at twice `half`."""
    return max(0.0, 1 - progress / (2 * half))


def exponential(progress: float, half: float) -> float:
    """Falls by one factor a step, from 1: fast at first, and never to 0."""
    return 0.5 ** (progress / half)


def inverse_sigmoid(progress: float, half: float) -> float:
    """Stays near 1, falls around `half`: k / (k + exp(i / k)) of Bengio et al. with the step i = k ln(k) at `half`."""
    return STEEP / (STEEP + STEEP ** (progress / half))


SCHEDULES: dict[str, Schedule] = {
    "linear": linear,
    "exponential": exponential,
    "inverse_sigmoid": inverse_sigmoid,
}


def epsilon(strategy: str, progress: float, half: float) -> float:
    """The probability of a true character after a share of the training, by strategy."""
    if strategy in SCHEDULES:
        return SCHEDULES[strategy](progress, half)
    return float(strategy == "teacher_forcing" or (strategy == "switched" and progress < half))


def mix(gold: torch.Tensor, predicted: torch.Tensor, share: float, draws: torch.Tensor) -> torch.Tensor:
    """What is fed (pair, position): where a draw is below epsilon (`share`) the true id, else the predicted one.

    draws: from [0, 1). The first position, which starts every output, is the same in both.
    """
    return torch.where(draws < share, gold, predicted)


def sampled(learner: Learner, source: Source, target: torch.Tensor, share: float, draws: torch.Tensor) -> torch.Tensor:
    """A coin at each position between the true id and what a first pass over the true ones predicts."""
    gold = shifted(target)
    with torch.no_grad():
        predicted = shifted(best(learner.scores(source.detached(), gold)))
    return mix(gold, predicted, share, draws)


def own(learner: Learner, source: Source, length: int) -> torch.Tensor:
    """What the learner writes itself, shifted right; it never sees a target, only its length."""
    return shifted(learner.write(source.detached(), length))


def feed(
    strategy: str, learner: Learner, source: Source, target: torch.Tensor, share: float, draws: torch.Tensor
) -> torch.Tensor:
    """What the decoder reads in a step of training (pair, position), by strategy. share: epsilon."""
    if strategy in SCHEDULES:
        return sampled(learner, source, target, share, draws)
    return shifted(target) if share == 1 else own(learner, source, target.shape[1])
