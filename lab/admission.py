"""Whether one more question can be taken, or whoever asks is told at once when to come again.

A class that presses a button at the same moment is served, one after the other, for up to PATIENT seconds. Where more
has been on its way than computes side by side for SUSTAINED seconds, more is asked than can be computed: then only what
has its turn within HURRIED seconds is taken, so that whoever is served is served soon. (After the controlled delay of
Nichols & Jacobson 2012, as Maurer 2015, "Fail at Scale", uses it for questions in place of packets.)
"""

import math
import time
from collections.abc import Callable, Collection

from lab import carrier
from lab.question import Question
from models.errors import InputError

PATIENT, HURRIED = 30.0, 3.0
SUSTAINED = 30.0
UNKNOWN = 1.0
"""Seconds that a run is taken to need before one of its kind has been computed."""
NEWEST = 0.3
"""Weight of the newest time in what a run usually needs."""


class Admission:
    """What the runs of late have needed, and since when there has been a line."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self.usual: dict[tuple[str, str], float] = {}
        """Seconds, by exhibit and run."""
        self.last_without_line = now()

    def check(self, on_their_way: Collection[Question]) -> None:
        """Raise InputError where one more would have to wait too long."""
        self.noted(len(on_their_way))
        seconds = self.seconds(on_their_way)
        patience = HURRIED if self.now() - self.last_without_line > SUSTAINED else PATIENT
        if self.usual and len(on_their_way) >= 2 * carrier.current.places() and seconds > patience:
            raise InputError("run.crowded", count=len(on_their_way), seconds=math.ceil(seconds))

    def seconds(self, on_their_way: Collection[Question]) -> float:
        """Until all of these are answered."""
        usual = (self.usual.get(_kind(one), UNKNOWN) for one in on_their_way)
        return sum(usual) / (carrier.current.places() if self.usual else 1)

    def noted(self, on_their_way: int) -> None:
        """So many are on their way now."""
        if not self.usual or on_their_way <= carrier.current.places():
            self.last_without_line = self.now()

    def learned(self, question: Question, seconds: float) -> None:
        """A question took so long to compute."""
        before = self.usual.get(_kind(question), seconds)
        self.usual[_kind(question)] = (1 - NEWEST) * before + NEWEST * seconds


def _kind(question: Question) -> tuple[str, str]:
    return question.exhibit.name, question.run.name
