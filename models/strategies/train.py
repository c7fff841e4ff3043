"""Small encoder-decoders learn the same pairs side by side, each fed by another strategy, while a visitor watches."""

from collections.abc import Iterator, Sequence

import numpy as np

from models.device import places
from models.progress import NO_PROGRESS, Progress
from models.strategies import fed
from models.strategies.asking import Marks, ask, marks
from models.strategies.course import Course, by_row, course, late, size
from models.strategies.feeding import epsilon
from models.strategies.student import Student
from models.traces import FedTrace, StrategiesTrace


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
    each model, fewer where all would make more than may be. Raises InputError for pairs that cannot be used.
    """
    found = course(task, pairs, steps, len(strategies) * seeds)
    asked, alphabet = found.asked, found.alphabet
    students = [Student(strategy, seed, len(alphabet)) for strategy in strategies for seed in range(seeds)]
    cost = fed.cost(students[0].learner, alphabet, found.lesson.held_out[: fed.EXAMPLES])
    looks: list[list[Marks]] = []
    for until in found.at:
        shown: list[FedTrace] = []
        looks.append([])
        for student in students:
            student.learn(found.learned, until, found.steps, half, progress)
            gold, written = ask(student.learner, asked)
            looks[-1].append(marks(gold, written, asked.target))
            if student.seed == 0:
                shown += fed.look(student.learner, alphabet, asked, gold, written, cost)
        stopped = late(students)
        yield StrategiesTrace(
            task=task,
            learned=len(found.lesson.learned),
            held_out=len(found.lesson.held_out),
            steps=found.steps,
            fed=tuple(shown),
            coin=fed.COIN,
            device=f"CPU × {places().threads}",
            done=stopped or len(looks) == len(found.at),
            **_curves(strategies, half, found, students, looks),
        )
        if stopped:
            return


def _curves(
    strategies: tuple[str, ...],
    half: float,
    found: Course,
    students: Sequence[Student],
    looks: Sequence[Sequence[Marks]],
) -> dict:
    """What a trace has by strategy, seed and row."""
    at = found.at[: len(looks)]
    shape = (len(strategies), -1, len(at))
    figures = {name: np.array([[getattr(one, name) for one in row] for row in looks]).T for name in Marks._fields}
    return {
        "strategy": strategies,
        "parameters": size(students[0]),
        "step": np.array(at),
        "epsilon": np.array([[epsilon(one, step / found.steps, half) for step in at] for one in strategies]),
        "loss": np.array([by_row(one.losses, at) for one in students]).reshape(shape),
        "seconds": np.array([one.stopwatch.seconds for one in students]).reshape(shape[:2]).mean(1),
        **{name: values.reshape(shape) for name, values in figures.items()},
    }
