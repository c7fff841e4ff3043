"""What small models learn side by side, and when one looks at them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from models.strategies.learner import Alphabet, Batch
from models.strategies.student import Student
from models.strategies.tasks import Lesson, lesson

ROWS = 12
"""Looks at every model, after the one before training."""
MAX_UPDATES = 2400
"""Steps of all models together."""
MAX_SECONDS = 300.0
"""Of training, all models together; whoever needs longer is stopped after the next row."""


class Course(NamedTuple):
    """Equal for all models of a training."""

    lesson: Lesson
    alphabet: Alphabet
    learned: Batch
    asked: Batch
    at: list[int]
    """Steps of training before each look; the last are all steps."""

    @property
    def steps(self) -> int:
        """That each model is to make."""
        return self.at[-1]


def course(task: str, pairs: str, steps: int, models: int) -> Course:
    """Of so many models, with fewer steps where all would make more than MAX_UPDATES.

    pairs: a visitor's own, for the task "own". Raises InputError for pairs that cannot be used.
    """
    found = lesson(task, pairs)
    alphabet = Alphabet(found.learned + found.held_out)
    planned = min(steps, MAX_UPDATES // models)
    at = [round(row * planned / ROWS) for row in range(ROWS + 1)]
    return Course(found, alphabet, alphabet.batch(found.learned), alphabet.batch(found.held_out), at)


def late(students: Iterable[Student]) -> bool:
    """Whether they have learned for longer than MAX_SECONDS."""
    return sum(student.stopwatch.seconds for student in students) > MAX_SECONDS


def by_row(values: Sequence[float] | np.ndarray, at: Sequence[int], of: Callable[[Any], Any] = np.mean) -> list[float]:
    """What was noted at each step, for each look: the mean, or `of`, since the look before; nan for the first."""
    return [float("nan"), *(float(of(values[start:end])) for start, end in pairwise(at))]


def size(student: Student) -> int:
    """Parameters of its model."""
    return sum(weight.numel() for weight in student.learner.model.parameters() if weight.requires_grad)
