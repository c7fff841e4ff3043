"""Small encoder-decoders learn the same pairs side by side, each fed by another strategy, while a visitor watches."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from models.device import places
from models.progress import NO_PROGRESS, Progress
from models.strategies import fed
from models.strategies.asking import Marks, ask, marks
from models.strategies.feeding import epsilon
from models.strategies.learner import Alphabet
from models.strategies.student import Student
from models.strategies.tasks import lesson
from models.traces import FedTrace, StrategiesTrace

ROWS = 12
"""Looks at every model, after the one before training."""
MAX_UPDATES = 2400
"""Steps of all models together."""
MAX_SECONDS = 300.0
"""Of training, all models together; whoever needs longer is stopped after the next row."""


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
    learned, asked = (alphabet.batch(part) for part in found)
    planned = min(steps, MAX_UPDATES // (len(strategies) * seeds))
    at = [round(row * planned / ROWS) for row in range(ROWS + 1)]
    students = [Student(strategy, seed, len(alphabet)) for strategy in strategies for seed in range(seeds)]
    cost = fed.cost(students[0].learner, alphabet, found.held_out[: fed.EXAMPLES])
    looks: list[list[Marks]] = []
    for row, until in enumerate(at):
        shown: list[FedTrace] = []
        looks.append([])
        for student in students:
            student.learn(learned, until, planned, half, progress)
            gold, written = ask(student.learner, asked)
            looks[-1].append(marks(gold, written, asked.target))
            if student.seed == 0:
                shown += fed.look(student.learner, alphabet, asked, gold, written, cost)
        late = sum(student.stopwatch.seconds for student in students) > MAX_SECONDS
        yield StrategiesTrace(
            task=task,
            learned=len(found.learned),
            held_out=len(found.held_out),
            steps=planned,
            fed=tuple(shown),
            coin=fed.COIN,
            device=f"CPU × {places().threads}",
            done=late or row == ROWS,
            **_curves(strategies, half, planned, at[: row + 1], students, looks),
        )
        if late:
            return


def _curves(
    strategies: tuple[str, ...],
    half: float,
    planned: int,
    at: Sequence[int],
    students: Sequence[Student],
    looks: Sequence[Sequence[Marks]],
) -> dict:
    """What a trace has by strategy, seed and row."""
    shape = (len(strategies), -1, len(at))
    loss = [[float("nan"), *(np.mean(one.losses[start:end]) for start, end in pairwise(at))] for one in students]
    figures = {name: np.array([[getattr(one, name) for one in row] for row in looks]).T for name in Marks._fields}
    return {
        "strategy": strategies,
        "parameters": sum(weight.numel() for weight in students[0].learner.model.parameters() if weight.requires_grad),
        "step": np.array(at),
        "epsilon": np.array([[epsilon(one, step / planned, half) for step in at] for one in strategies]),
        "loss": np.array(loss).reshape(shape),
        "seconds": np.array([one.stopwatch.seconds for one in students]).reshape(shape[:2]).mean(1),
        **{name: values.reshape(shape) for name, values in figures.items()},
    }
