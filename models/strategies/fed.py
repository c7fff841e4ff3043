"""What a decoder is fed for single pairs, each way, what it then predicts, and how many passes that takes."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from models.measure import seconds
from models.strategies.asking import Answer, answer
from models.strategies.feeding import mix, own, sampled
from models.strategies.learner import Alphabet, Batch, Learner
from models.strategies.tasks import Pair
from models.traces import FedTrace
from models.translation.batches import shifted
from models.translation.vocabulary import PAD

EXAMPLES = 6
"""Pairs that are shown."""
COIN = 0.5
"""Epsilon of the coins that are shown."""
SEED = 0
"""Of these coins."""


TIMES = 3
"""That each way is timed; the median counts."""


class Cost(NamedTuple):
    """Passes through the decoder and seconds (pair, way) to know all predictions of a pair."""

    passes: np.ndarray
    seconds: np.ndarray


def draws(batch: Batch) -> torch.Tensor:
    """From [0, 1), one for each position of the pairs that are shown."""
    return torch.rand(batch.target.shape, generator=torch.Generator().manual_seed(SEED))


@torch.no_grad()
def cost(learner: Learner, alphabet: Alphabet, pairs: tuple[Pair, ...]) -> Cost:
    """Counted and timed for each pair alone, after one that is not."""
    rows = [_ways(learner, alphabet.batch([pair])) for pair in (pairs[0], *pairs)]
    counted = np.array([[_counted(learner, way) for way in ways] for ways in rows][1:])
    return Cost(counted[..., 0].astype(int), counted[..., 1])


def _ways(learner: Learner, batch: Batch) -> list[Callable[[], object]]:
    """What it takes, by FED_WAYS."""
    length = batch.target.shape[1]

    def mixed() -> object:
        source = learner.encode(batch.source)
        return learner.scores(source, sampled(learner, source, batch.target, COIN, draws(batch)))

    return [
        lambda: learner.scores(learner.encode(batch.source), shifted(batch.target)),
        mixed,
        lambda: own(learner, learner.encode(batch.source), length),
    ]


def _counted(learner: Learner, way: Callable[[], object]) -> tuple[int, float]:
    before = learner.passes
    spent = [seconds(way) for _ in range(TIMES)]
    return (learner.passes - before) // TIMES, float(np.median(spent))


def look(
    learner: Learner, alphabet: Alphabet, batch: Batch, gold: Answer, written: Answer, cost: Cost
) -> list[FedTrace]:
    """What the first pairs of a batch were fed; gold, written: the answers to the whole batch."""
    shown = Batch(*(side[: len(cost.passes)] for side in batch))
    coins = draws(shown)
    gold, written = (Answer(*(part[: len(cost.passes)] for part in one)) for one in (gold, written))
    mixed = answer(learner, shown, mix(gold.read, shifted(gold.predicted), COIN, coins))
    return [
        _fed(at, alphabet, shown, coins, (gold, mixed, written), Cost(*(part[at] for part in cost)))
        for at in range(len(cost.passes))
    ]


def _fed(
    at: int, alphabet: Alphabet, shown: Batch, coins: torch.Tensor, answers: tuple[Answer, ...], cost: Cost
) -> FedTrace:
    length = int(shown.target[at].ne(PAD).sum())

    def pieces(row: torch.Tensor) -> tuple[str, ...]:
        return tuple(map(alphabet.piece, row[at, :length].tolist()))

    return FedTrace(
        source="".join(map(alphabet.piece, shown.source[at].tolist())),
        target=pieces(shown.target),
        draw=coins[at, :length].numpy(),
        first=pieces(answers[0].predicted),
        read=tuple(pieces(one.read) for one in answers),
        predicted=tuple(pieces(one.predicted) for one in answers),
        loss=np.stack([one.loss[at, :length].numpy() for one in answers]),
        passes=cost.passes,
        seconds=cost.seconds,
    )
