"""A small model that learns pairs by one strategy, in one setting."""

import torch

from models.measure import Stopwatch
from models.progress import Progress
from models.strategies.feeding import epsilon, feed
from models.strategies.learner import Batch, Learner, losses
from models.strategies.schedules import SCHEDULES
from models.strategies.variants import PLAIN, Setting
from models.training import optimizers
from models.translation.vocabulary import PAD

BATCH, WEIGHT_DECAY = 32, 0.01
"""Pairs of a step; what shrinks all weights."""


class Student:
    """Equal seeds mean equal first weights, batches and draws, whatever the strategy and the setting."""

    def __init__(self, strategy: str, seed: int, size: int, setting: Setting = PLAIN) -> None:
        self.strategy, self.seed, self.setting = strategy, seed, setting
        self.learner = Learner(size, seed, setting.pre_norm)
        self.optimizers = optimizers(
            self.learner.model,
            hidden="layers" if setting.muon else None,
            muon={"lr": setting.muon, "weight_decay": WEIGHT_DECAY},
            adamw={"lr": setting.rate, "weight_decay": WEIGHT_DECAY, "betas": setting.betas, "fused": True},
        )
        self.peaks = [[group["lr"] for group in one.param_groups] for one in self.optimizers]
        self.order, self.coins = (torch.Generator().manual_seed(seed) for _ in range(2))
        self.stopwatch = Stopwatch()
        self.losses: list[float] = []
        """Nats a character, of each step before it was made; of smoothed targets where the setting says so."""
        self.norms: list[float] = []
        """Length of the gradient over all weights, of each step, before it is clipped."""

    def learn(self, pairs: Batch, until: int, steps: int, half: float, progress: Progress) -> None:
        """Go on up to step `until` of so many; half: the share of them after which epsilon is 1/2."""
        for step in range(len(self.losses), until):
            progress.beat()
            with self.stopwatch, torch.enable_grad():
                share = epsilon(self.strategy, step / steps, half)
                self._step(pairs, share, SCHEDULES[self.setting.schedule](step / steps, self.setting.warmup))

    def _step(self, pairs: Batch, share: float, factor: float) -> None:
        batch = drawn(pairs, self.order)
        draws = torch.rand(batch.target.shape, generator=self.coins)
        source = self.learner.encode(batch.source)
        read = feed(self.strategy, self.learner, source, batch.target, share, draws)
        each = losses(self.learner.scores(source, read), batch.target, self.setting.smoothing)
        loss = each.sum() / batch.target.ne(PAD).sum()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.learner.model.parameters(), self.setting.clip)
        for optimizer, peaks in zip(self.optimizers, self.peaks, strict=True):
            for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                group["lr"] = peak * factor
            optimizer.step()
            optimizer.zero_grad()
        self.losses.append(float(loss.detach()))
        self.norms.append(float(norm))


def drawn(pairs: Batch, order: torch.Generator) -> Batch:
    """BATCH pairs, without the columns that none of them needs."""
    chosen = torch.randint(len(pairs.source), (BATCH,), generator=order)
    return Batch(*(side[chosen][:, side[chosen].ne(PAD).any(0)] for side in pairs))
