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

from lab import away
from lab.away import Answered
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


def seconds(exhibit: str, run: str, values: Mapping[str, Any]) -> int:  # noqa: ARG001 - asked as `borrowed` is
    """For which a run asks for a GPU."""
    return SECONDS_GROWING if away.found(exhibit, run)[1].grows else SECONDS


def borrowed(exhibit: str, run: str, values: Mapping[str, Any]) -> Generator[Answered, None, None]:
    """The answers to a question, in the process that has the GPU."""
    borrow()
    yield from away.answers(exhibit, run, values, NO_PROGRESS)


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
                yield away.received(answer, stopwatch)
    except gr.Error as error:
        log.warning("no GPU was lent: %s", error)
        raise InputError("run.not_lent") from error
