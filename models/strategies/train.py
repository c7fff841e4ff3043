"""Small encoder-decoders learn the same pairs side by side, each fed by another strategy, while a visitor watches."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from models.device import places
from models.measure import Stopwatch
from models.progress import NO_PROGRESS, Progress
from models.strategies import fed
from models.strategies.asking import Marks, ask, marks
from models.strategies.feeding import SCHEDULES, feed
from models.strategies.learner import Alphabet, Batch, Learner, losses
from models.strategies.tasks import Lesson, lesson
from models.training import warmup_cosine
from models.traces.strategies import FedTrace, StrategiesTrace
from models.translation.vocabulary import PAD

BATCH, RATE, WARMUP = 32, 3e-3, 0.1
"""Pairs of a step; AdamW's learning rate at its peak, and the share of the training until then."""
ROWS = 12
"""Looks at every model, after the one before training."""
MAX_UPDATES = 2400
"""Steps of all models together."""
MAX_SECONDS = 180.0
"""Of all models together; whoever learns longer is stopped after the next row."""


class Student:
    """A model that learns by one strategy; equal seeds mean equal first weights, batches and draws."""

    def __init__(self, strategy: str, seed: int, size: int) -> None:
        self.strategy, self.seed = strategy, seed
        self.learner = Learner(size, seed)
        self.optimizer = torch.optim.AdamW(self.learner.model.parameters(), lr=RATE, fused=True)
        self.order, self.coins = (torch.Generator().manual_seed(seed) for _ in range(2))
        self.stopwatch = Stopwatch()
        self.step = 0
        self.losses: list[float] = []
        """Of the steps since the last look."""

    def learn(self, pairs: Batch, until: int, steps: int, half: float, progress: Progress) -> None:
        """Steps of training up to `until` of so many; half: when epsilon is 1/2."""
        for step in range(self.step, until):
            progress.beat()
            with self.stopwatch, torch.enable_grad():
                batch = _drawn(pairs, self.order)
                epsilon = SCHEDULES[self.strategy](step / steps, half)
                self.losses.append(self._loss(batch, epsilon, RATE * warmup_cosine(step / steps, WARMUP)))
        self.step = until

    def _loss(self, batch: Batch, epsilon: float, rate: float) -> float:
        """One step; gives the loss before it, nats a character."""
        draws = torch.rand(batch.target.shape, generator=self.coins)
        source = self.learner.encode(batch.source)
        read = feed(self.strategy, self.learner, source, batch.target, epsilon, draws)
        loss = losses(self.learner.scores(source, read), batch.target).sum() / batch.target.ne(PAD).sum()
        loss.backward()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach())


class Look(NamedTuple):
    """A model after so many steps."""

    loss: float
    marks: Marks


def trace(
    task: str,
    pairs: str,
    strategies: tuple[str, ...],
    seeds: int,
    half: float,
    steps: int,
    progress: Progress = NO_PROGRESS,
) -> Iterator[StrategiesTrace]:
    """Growing traces, a row for every twelfth part of the training.

    pairs: a visitor's own, for the task "own". half: the share of the training after which epsilon is 1/2. steps: of
    each model, fewer where all would make more than MAX_UPDATES. Raises InputError for pairs that cannot be used.
    """
    found = lesson(task, pairs)
    alphabet = Alphabet(found.learned + found.held_out)
    planned = min(steps, MAX_UPDATES // (len(strategies) * seeds))
    learned, asked = (alphabet.batch(part) for part in found)
    students = [Student(strategy, seed, len(alphabet)) for strategy in strategies for seed in range(seeds)]
    cost = fed.cost(students[0].learner, alphabet, found.held_out[: fed.EXAMPLES])
    looks: list[list[Look]] = []
    at = [round(row * planned / ROWS) for row in range(ROWS + 1)]
    for row, until in enumerate(at):
        shown: list[FedTrace] = []
        looks.append([])
        for student in students:
            student.learn(learned, until, planned, half, progress)
            gold, written = ask(student.learner, asked)
            loss = float(np.mean(student.losses)) if student.losses else float("nan")
            student.losses.clear()
            looks[-1].append(Look(loss, marks(gold, written, asked.target)))
            if student.seed == 0:
                shown += fed.look(student.learner, alphabet, asked, gold, written, cost)
        over = row == ROWS or sum(student.stopwatch.seconds for student in students) > MAX_SECONDS
        yield _trace(task, strategies, found, students, planned, half, at[: row + 1], looks, tuple(shown), over)
        if over:
            return


def _drawn(pairs: Batch, draws: torch.Generator) -> Batch:
    """Some pairs, without the columns that none of them needs."""
    chosen = torch.randint(len(pairs.source), (BATCH,), generator=draws)
    return Batch(*(side[chosen][:, side[chosen].ne(PAD).any(0)] for side in pairs))


def _trace(
    task: str,
    strategies: tuple[str, ...],
    found: Lesson,
    students: list[Student],
    planned: int,
    half: float,
    at: list[int],
    looks: list[list[Look]],
    shown: tuple[FedTrace, ...],
    done: bool,
) -> StrategiesTrace:
    def by_strategy(rows: list[list[float]]) -> np.ndarray:
        """(row, student) as (strategy, seed, row)."""
        return np.array(rows).T.reshape(len(strategies), -1, len(at))

    figures = {name: by_strategy([[getattr(one.marks, name) for one in row] for row in looks]) for name in Marks._fields}
    return StrategiesTrace(
        task=task,
        strategy=strategies,
        learned=len(found.learned),
        held_out=len(found.held_out),
        parameters=sum(weight.numel() for weight in students[0].learner.model.parameters() if weight.requires_grad),
        steps=planned,
        step=np.array(at),
        epsilon=np.array([[SCHEDULES[one](step / planned, half) for step in at] for one in strategies]),
        loss=by_strategy([[one.loss for one in row] for row in looks]),
        seconds=np.array([one.stopwatch.seconds for one in students]).reshape(len(strategies), -1).mean(1),
        coin=fed.COIN,
        fed=shown,
        device=f"CPU × {places().threads}",
        done=done,
        **figures,
    )
