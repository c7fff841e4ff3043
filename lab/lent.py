"""GPUs that are lent for a run: ZeroGPU of Hugging Face Spaces gives one to a process that it forks, and to no other.

Questions go there and answers come back as pickles. Models are opened on the CPU before, and come along in memory.
"""

import logging
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from lab.exhibit import Exhibit, Run
from lab.question import Question
from models.device import LENDS, borrow, is_lent
from models.errors import InputError
from models.measure import Stopwatch
from models.progress import NO_PROGRESS, Progress
from models.provenance import Measurement

log = logging.getLogger(__name__)
SECONDS, SECONDS_GROWING = 30, 120
"""For which a GPU is asked for, where a run gives one trace and where it grows: a visitor's share for the day must hold
as much, and what takes longer may be ended."""
Answered = tuple[Measurement, float] | InputError | None


def found(exhibit: str, run: str) -> tuple[Exhibit, Run]:
    """The records of these names."""
    from lab.exhibits import EXHIBITS

    one = next(one for one in EXHIBITS if one.name == exhibit)
    return one, one.run(run)


def seconds(exhibit: str, run: str, values: Mapping[str, Any]) -> int:  # noqa: ARG001 - asked as `borrowed` is
    """For which a run asks for a GPU."""
    return SECONDS_GROWING if found(exhibit, run)[1].grows else SECONDS


def borrowed(exhibit: str, run: str, values: Mapping[str, Any]) -> Generator[Answered, None, None]:
    """The traces of a question with their seconds, in the process that has the GPU.

    What goes wrong is given, not raised, for of an error only its name would come back; None for what is no visitor's.
    """
    borrow()
    stopwatch = Stopwatch()
    try:
        for measured in Question(*found(exhibit, run), values, key="").traces(NO_PROGRESS, stopwatch):
            yield measured, stopwatch.seconds
    except InputError as error:
        yield error
    except Exception:
        log.exception("a run failed on a lent GPU")
        yield None


if os.environ.get(LENDS):
    import spaces

    borrowed = spaces.GPU(duration=seconds)(borrowed)


def traces(question: Question, progress: Progress, stopwatch: Stopwatch) -> Iterator[Measurement]:
    """What `question.traces` gives; where GPUs are lent, one is borrowed for it.

    Also for what needs none: this process pretends to have one, and what learns on the CPU looks for it and fails.
    Raises InputError as `question.traces` does, and where no GPU can be had.
    """
    if not is_lent():
        yield from question.traces(progress, stopwatch)
        return
    question.opened(progress)
    LocalContext.event_id.set(None)  # or the visitor gets Hugging Face's messages, which are English
    try:
        with closing(borrowed(question.exhibit.name, question.run.name, dict(question.values))) as answers:
            for answer in answers:
                progress.beat()
                if answer is None:
                    raise RuntimeError("the run failed where the GPU is")
                if isinstance(answer, InputError):
                    raise answer
                measured, stopwatch.seconds = answer
                yield measured
    except gr.Error as error:
        log.warning("no GPU was lent: %s", error)
        raise InputError("run.not_lent") from error
