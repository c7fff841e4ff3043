"""Where runs are computed: in this process, or on replicas (lab/replicas.py)."""

import sys
from collections.abc import Iterator
from typing import Any, Protocol

from lab import lent
from lab.question import Question
from models import checkpoint
from models.device import describe, places
from models.measure import Stopwatch
from models.progress import NO_PROGRESS, Progress
from models.provenance import Measurement


class Carrier(Protocol):
    """Carries questions to where they are computed."""

    at_once: int
    """Runs that may be on their way at the same time, those included that wait for a place or download."""

    def traces(self, question: Question, progress: Progress, stopwatch: Stopwatch) -> Iterator[Measurement]:
        """What `question.traces` gives. Raises InputError as that does, and where nobody computes."""
        ...

    def make_ready(self, question: Question) -> None:
        """Whoever asks soon waits less."""

    def places(self) -> int:
        """Runs that compute side by side."""
        ...

    def device(self) -> str:
        """Its name for the page."""
        ...

    def state(self) -> dict[str, Any]:
        """What a monitor learns of it."""
        ...


class Here:
    """This process; where GPUs are lent, one that is forked for a run."""

    at_once = 8

    def traces(self, question: Question, progress: Progress, stopwatch: Stopwatch) -> Iterator[Measurement]:
        """Those of the question, computed now."""
        return lent.traces(question, progress, stopwatch)

    def make_ready(self, question: Question) -> None:
        """Import the run's code and open its models."""
        question.run.function()
        question.opened(NO_PROGRESS)

    def places(self) -> int:
        """Those of this process."""
        return places().count

    def device(self) -> str:
        """The device of this process."""
        return describe()

    def state(self) -> dict[str, Any]:
        """The device is "" until the first model is opened: torch is not loaded for a monitor."""
        device = describe() if "torch" in sys.modules else ""
        return {"device": device, "models_open": checkpoint.count_open()}


current: Carrier = Here()
"""That of this process."""
