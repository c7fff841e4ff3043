"""The small print of a training: one detail in several variants, each learned from equal weights and batches."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from models.device import places
from models.progress import NO_PROGRESS, Progress
from models.strategies.calibration import calibration, reliability
from models.strategies.course import Course, by_row, course, late, size
from models.strategies.held_out import HeldOut, held_out
from models.strategies.schedules import SCHEDULES
from models.strategies.student import Student
from models.strategies.variants import DETAILS, Setting
from models.traces import DetailsTrace

STRATEGY, HALF = "teacher_forcing", 1.0
"""Of all variants; with the true characters before, epsilon has no half."""


class Contestant:
    """A student, and the weights that it had at the last looks."""

    def __init__(self, setting: Setting, seed: int, alphabet: int, kept: int) -> None:
        self.student = Student(STRATEGY, seed, alphabet, setting)
        self._kept: deque[dict[str, torch.Tensor]] = deque(maxlen=kept)

    def learn(self, found: Course, until: int, progress: Progress) -> None:
        """Go on up to a look, and keep the weights."""
        self.student.learn(found.learned, until, found.steps, HALF, progress)
        state = self.student.learner.model.state_dict()
        self._kept.append({name: value.clone() for name, value in state.items()})

    def ask(self, found: Course, average: int) -> HeldOut:
        """What the mean of the weights at the last `average` looks says; fewer where there were not so many."""
        learner = self.student.learner
        if average > 1:
            learner = learner.averaged([*self._kept][-average:])
        return held_out(learner, found.asked)


def trace(
    detail: str,
    task: str,
    pairs: str,
    seeds: int,
    steps: int,
    progress: Progress = NO_PROGRESS,
) -> Iterator[DetailsTrace]:
    """Growing traces, a row for every twelfth part of the training, of all variants of a detail.

    pairs: a visitor's own, for the task "own". steps: of each model, fewer where all would make more than may be.
    Variants that differ only in what is averaged afterwards are one model. Raises InputError for pairs that cannot be
    used.
    """
    settings = DETAILS[detail]
    asked = [(setting, seed) for setting in settings.values() for seed in range(seeds)]
    learned = dict.fromkeys((setting.learned, seed) for setting, seed in asked)
    kept = max(setting.average for setting in settings.values())
    found = course(task, pairs, steps, len(learned))
    models = {(setting, seed): Contestant(setting, seed, len(found.alphabet), kept) for setting, seed in learned}
    students = [models[setting.learned, seed].student for setting, seed in asked]
    looks: list[list[HeldOut]] = []
    for until in found.at:
        for model in models.values():
            model.learn(found, until, progress)
        progress.beat()
        looks.append([models[setting.learned, seed].ask(found, setting.average) for setting, seed in asked])
        stopped = late(model.student for model in models.values())
        yield DetailsTrace(
            detail=detail,
            task=task,
            learned=len(found.lesson.learned),
            held_out=len(found.lesson.held_out),
            parameters=size(students[0]),
            steps=found.steps,
            device=f"CPU × {places().threads}",
            done=stopped or len(looks) == len(found.at),
            **_curves(settings, found, students, looks),
            **_sureness(settings, looks[-1]),
        )
        if stopped:
            return


def _curves(
    settings: Mapping[str, Setting], found: Course, students: Sequence[Student], looks: Sequence[Sequence[HeldOut]]
) -> dict[str, Any]:
    """What a trace has by variant, seed and row, or less. students, looks: all seeds of a variant, then the next."""
    at = found.at[: len(looks)]
    shape = (len(settings), -1, len(at))

    def curve(rows: list[list[float]]) -> np.ndarray:
        return np.array(rows).reshape(shape)

    def asked(name: str) -> np.ndarray:
        return curve([[getattr(row[place], name) for row in looks] for place in range(len(students))])

    return {
        "variant": tuple(settings),
        "step": np.array(at),
        "rate": np.array([[_factor(one, step / found.steps) for step in at] for one in settings.values()]),
        "loss": curve([by_row(one.losses, at) for one in students]),
        "norm": curve([by_row(one.norms, at) for one in students]),
        "largest_norm": curve([by_row(one.norms, at, max) for one in students]),
        "clipped": curve([by_row(np.array(one.norms) > one.setting.clip, at) for one in students]),
        "held_loss": asked("loss"),
        "correct": asked("correct"),
        "exact": asked("exact"),
        "logit_gap": asked("logit_gap"),
        "seconds": np.array([one.stopwatch.seconds for one in students]).reshape(shape[:2]).mean(1),
    }


def _factor(setting: Setting, progress: float) -> float:
    return SCHEDULES[setting.schedule](progress, setting.warmup)


def _sureness(settings: Mapping[str, Setting], look: Sequence[HeldOut]) -> dict[str, Any]:
    """Confidence and right share after the last row, by bin of the confidence, all seeds of a variant together."""
    seeds = len(look) // len(settings)
    variants = [look[start : start + seeds] for start in range(0, len(look), seeds)]
    bins = [
        reliability(np.concatenate([one.right for one in same]), np.concatenate([one.confidence for one in same]))
        for same in variants
    ]
    return {
        "bin_count": np.array([one.predictions for one in bins]),
        "bin_confidence": np.array([one.confidence for one in bins]),
        "bin_right": np.array([one.right for one in bins]),
        "calibration": np.array([calibration(one.right, one.confidence) for one in look]).reshape(len(settings), -1),
    }
