"""A question that is answered in another process: it goes there as plain values, and traces come back."""

import logging
from collections.abc import Generator, Mapping
from typing import Any

from lab.exhibit import Exhibit, Run
from lab.question import Question
from models.errors import InputError
from models.measure import Stopwatch
from models.progress import Progress
from models.provenance import Measurement

log = logging.getLogger(__name__)
Answered = tuple[Measurement, float] | InputError | None
"""A trace and the seconds so far, or why there is none; None for what is no visitor's fault."""


class Stopped(Exception):
    """Nobody waits for this run any longer."""


def found(exhibit: str, run: str) -> tuple[Exhibit, Run]:
    """The records of these names."""
    from lab.exhibits import EXHIBITS

    one = next(one for one in EXHIBITS if one.name == exhibit)
    return one, one.run(run)


def answers(exhibit: str, run: str, values: Mapping[str, Any], progress: Progress) -> Generator[Answered, None, None]:
    """The traces of a question with their seconds, in the process that computes.

    What goes wrong is given, not raised, for not every error can be sent. Raises Stopped.
    """
    stopwatch = Stopwatch()
    try:
        for measured in Question(*found(exhibit, run), values, key="").traces(progress, stopwatch):
            yield measured, stopwatch.seconds
    except InputError as error:
        yield error
    except Stopped:
        raise
    except Exception:
        log.exception("a run failed in another process")
        yield None


def received(answer: Answered, stopwatch: Stopwatch) -> Measurement:
    """What came back, in the process that asked. Raises what went wrong."""
    if answer is None:
        raise RuntimeError("the run failed in the process that computes")
    if isinstance(answer, InputError):
        raise answer
    measured, stopwatch.seconds = answer
    return measured
