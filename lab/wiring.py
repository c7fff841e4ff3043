"""connect(): input -> run -> trace -> show -> output. The only event wiring; queue, progress, errors, timing."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple

import gradio as gr

from lab.text import Text, plain
from models.device import describe
from models.errors import InputError

log = logging.getLogger(__name__)
AT_ONCE = 8
"""Runs that may download or wait at the same time; they compute one after another (models.device.compute_lock)."""
PATIENCE = 0.4
"""Seconds before a run shows its Stop button, and between two signs of progress."""
UNANSWERED = "() => { dispatchEvent(new Event('lab-unanswered')); return []; }"
"""Tells the widgets that a run ended without a trace, so that none goes on waiting for it."""
QUICK: Any = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""How to listen to what is answered at once, without a run."""
changing = threading.Lock()
"""Held while it changes which run of a visitor is the latest."""
runners = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="run")


class Stopped(Exception):
    """The visitor has stopped this run or left."""


class Meter:
    """Handed to a run as its `progress`: counts downloaded bytes, and ends the run when nobody waits for it."""

    def __init__(self) -> None:
        self.done = self.total = 0
        self.stopped = False

    def beat(self) -> None:
        self.downloaded(0, 0)

    def downloaded(self, done: int, total: int) -> None:
        if self.stopped:
            raise Stopped
        self.done, self.total = done, total

    def sentence(self, text: Text, seconds: float) -> str:
        """What is going on, for the visitor."""
        if self.done < self.total:
            return text("run.download", done=f"{self.done / 1e6:.0f}", total=f"{self.total / 1e6:.0f}")
        return text("run.running", seconds=f"{seconds:.0f}")


class Controls(NamedTuple):
    """What every exhibit has to start a run, to stop it, and to tell of it."""

    start: gr.Button
    stop: gr.Button
    status: gr.Markdown
    note: gr.Markdown


def controls(text: Text, start: str, told: str) -> Controls:
    """Lay them out: `start` is the button's label, `told` what the status says before the first run."""
    with gr.Row():
        begin = gr.Button(start, variant="primary", min_width=100)
        stop = gr.Button(text("run.stop"), visible=False, min_width=100)
    status = gr.Markdown(told, elem_classes="small status")
    return Controls(begin, stop, status, gr.Markdown(elem_classes="small note"))


def connect(
    text: Text,
    controls: Controls,
    also: Sequence[Callable],
    choices: Sequence,
    inputs: Sequence,
    run: Callable,
    show: Callable,
    outputs: Sequence,
    others: Sequence[tuple[Callable, Sequence, Callable]] = (),
    checked: bool = True,
) -> None:
    """On `start` and the listeners `also`: trace = run(*inputs, progress); the outputs get show(trace).

    others: (listener, inputs, run) each: further ways to start, with inputs and a run of their own.
    checked: whether Gradio checks the inputs, in its own words; if not, `run` gets what was sent, whatever it is.

    `status` tells progress, then the time the run took and the device. When one of the `choices` changes, or a run
    ends without a trace, `note` says that the outputs are older, until the next run. `stop` ends the visitor's own run
    and is seen only while there is one; a newer run of the same visitor ends it too. An InputError becomes its sentence
    in the page's language, any other failure is logged and becomes one general sentence; the outputs keep what they
    showed.
    """
    start, stop, status, note = controls
    told = [status, note, stop]
    latest: dict[str | None, Meter] = {}
    ways = [*((listen, inputs, run) for listen in (start.click, *also)), *others]
    events: Any = [
        listen(
            _event(text, way, show, len(outputs), latest),
            list(values),
            [*outputs, *told],
            concurrency_id="runs",
            concurrency_limit=AT_ONCE,
            trigger_mode="multiple",
            show_progress="hidden",
            api_visibility="private",
            preprocess=checked,
        )
        for listen, values, way in ways
    ]
    stopped = [text("run.stopped"), text("run.older"), gr.update(visible=False)]
    stop.click(lambda: stopped, None, told, cancels=events, js=UNANSWERED, **QUICK)
    for run_event in events:
        run_event.failure(None, js=UNANSWERED)
    for choice in choices:
        choice.input(lambda: text("run.changed"), None, note, **QUICK)


def _event(
    text: Text, run: Callable, show: Callable, outputs: int, latest: dict[str | None, Meter]
) -> Callable[..., Iterator]:
    keep = [gr.skip()] * outputs
    nothing = (*keep, *[gr.skip()] * 3)  # Gradio sends again, at the end, what was sent last

    def event(visitor: gr.Request, *values: Any) -> Iterator:
        meter, begun, session = Meter(), time.perf_counter(), visitor.session_hash
        with changing:
            if older := latest.get(session):
                older.stopped = True
            if session:
                latest[session] = meter
        running = runners.submit(_checked, run, values, meter)
        try:
            yield *keep, meter.sentence(text, 0), "", gr.skip()
            while wait([running], PATIENCE).not_done and not meter.stopped:
                seconds = time.perf_counter() - begun
                yield *keep, meter.sentence(text, seconds), gr.skip(), gr.update(visible=True)
            if meter.stopped:
                yield nothing
                return
            message, shown = _outcome(running, text, show)
            if message:
                yield *keep, plain(message), text("run.older"), gr.update(visible=False)
                raise gr.Error(message, print_exception=False)
            took = text("run.took", seconds=f"{time.perf_counter() - begun:.2f}", device=describe())
            yield *shown, took, gr.skip(), gr.update(visible=False)
        finally:
            meter.stopped = True
            running.cancel()
            with changing:
                if latest.get(session) is meter:
                    del latest[session]

    return event


def _checked(run: Callable, values: tuple, meter: Meter) -> Any:
    """The run's trace; raises what an input turned out to be when it was read, a lab.photo.Photo for example."""
    for value in values:
        if isinstance(value, InputError):
            raise value
    return run(*values, meter)


def _outcome(running: Future, text: Text, show: Callable) -> tuple[str, list]:
    """A sentence if the run failed, else what its trace shows."""
    try:
        return "", show(running.result())
    except InputError as error:
        return text.error(error), []
    except Exception:
        log.exception("a run failed")
        return text("run.unexpected"), []
