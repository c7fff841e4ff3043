"""A small model that learns pairs by one strategy."""

import torch

from models.measure import Stopwatch
from models.progress import Progress
from models.strategies.feeding import epsilon, feed
from models.strategies.learner import Batch, Learner, losses
from models.training import warmup_cosine
from models.translation.vocabulary import PAD

BATCH, RATE, WARMUP = 32, 3e-3, 0.1
"""Pairs of a step; AdamW's learning rate at its peak, and the share of the training until then."""


class Student:
    """Equal seeds mean equal first weights, batches and draws, whatever the strategy."""

    def __init__(self, strategy: str, seed: int, size: int) -> None:
        self.strategy, self.seed = strategy, seed
        self.learner = Learner(size, seed)
        self.optimizer = torch.optim.AdamW(self.learner.model.parameters(), lr=RATE, fused=True)
        self.order, self.coins = (torch.Generator().manual_seed(seed) for _ in range(2))
        self.stopwatch = Stopwatch()
        self.losses: list[float] = []
        """Nats a character, of each step before it was made."""

    def learn(self, pairs: Batch, until: int, steps: int, half: float, progress: Progress) -> None:
        """Go on up to step `until` of so many; half: the share of them after which epsilon is 1/2."""
        for step in range(len(self.losses), until):
            progress.beat()
            with self.stopwatch, torch.enable_grad():
                share = epsilon(self.strategy, step / steps, half)
                self.losses.append(self._step(pairs, share, RATE * warmup_cosine(step / steps, WARMUP)))

    def _step(self, pairs: Batch, share: float, rate: float) -> float:
        batch = drawn(pairs, self.order)
        draws = torch.rand(batch.target.shape, generator=self.coins)
        source = self.learner.encode(batch.source)
        read = feed(self.strategy, self.learner, source, batch.target, share, draws)
        loss = losses(self.learner.scores(source, read), batch.target).sum() / batch.target.ne(PAD).sum()
        loss.backward()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach())


def drawn(pairs: Batch, order: torch.Generator) -> Batch:
    """BATCH pairs, without the columns that none of them needs."""
    chosen = torch.randint(len(pairs.source), (BATCH,), generator=order)
    return Batch(*(side[chosen][:, side[chosen].ne(PAD).any(0)] for side in pairs))
