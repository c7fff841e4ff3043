"""connect(): input -> run -> trace -> show -> output. The only event wiring; queue, progress, errors, timing."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import gradio as gr

from lab.text import Text
from models.device import describe
from models.errors import InputError

log = logging.getLogger(__name__)
runners = ThreadPoolExecutor(thread_name_prefix="run")
PATIENCE = 0.4
"""Seconds before a run shows progress, and between two signs of it."""


class Stopped(Exception):
    """The visitor has stopped this run or left."""


class Meter:
    """Handed to a run as its `progress`: counts downloaded bytes and ends the download when nobody waits for it."""

    def __init__(self) -> None:
        self.done = self.total = 0
        self.stopped = False

    def __call__(self, done: int, total: int) -> None:
        if self.stopped:
            raise Stopped
        self.done, self.total = done, total

    def sentence(self, text: Text, seconds: float) -> str:
        """What is going on, for the visitor."""
        if self.done < self.total:
            return text("run.download", done=f"{self.done / 1e6:.0f}", total=f"{self.total / 1e6:.0f}")
        return text("run.running", seconds=f"{seconds:.0f}")


def connect(
    text: Text,
    start: gr.Button,
    stop: gr.Button,
    also: Sequence[Callable],
    inputs: Sequence,
    run: Callable,
    show: Callable,
    outputs: Sequence,
    status: gr.Markdown,
) -> None:
    """On `start` and the listeners `also`: trace = run(*inputs, progress); the outputs get show(trace).

    `status` tells progress, then the time the run took and the device. Runs queue one behind another; `stop` ends the
    visitor's own and is seen only while there is one. An InputError becomes its sentence in the page's language, any
    other failure is logged and becomes one general sentence; the outputs keep what they showed.
    """
    keep = [gr.skip()] * len(outputs)

    def event(*values: Any) -> Iterator:
        meter, begun = Meter(), time.perf_counter()
        try:
            running = runners.submit(run, *values, meter)
            while wait([running], PATIENCE).not_done:
                yield *keep, meter.sentence(text, time.perf_counter() - begun), gr.update(visible=True)
            message, shown = outcome(running)
            if message:
                yield *keep, "", gr.update(visible=False)
                raise gr.Error(message, print_exception=False)
            took = text("run.took", seconds=f"{time.perf_counter() - begun:.2f}", device=describe())
            yield *shown, took, gr.update(visible=False)
        finally:
            meter.stopped = True

    def outcome(running: Future) -> tuple[str, list]:
        try:
            return "", show(running.result())
        except InputError as error:
            return text(f"error.{error.code}", **error.details), []
        except Exception:
            log.exception("a run failed")
            return text("error.unexpected"), []

    settings: Any = {
        "concurrency_id": "models",
        "concurrency_limit": 1,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    events: Any = [listen(event, list(inputs), [*outputs, status, stop], **settings) for listen in (start.click, *also)]
    stop.click(lambda: (text("run.stopped"), gr.update(visible=False)), None, [status, stop], cancels=events)
