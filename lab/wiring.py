"""connect(): input -> run -> trace -> show -> output. The only event wiring; queue, errors, timing."""

import logging
import time
from collections.abc import Callable, Sequence

import gradio as gr

from lab.text import Text
from models.device import describe
from models.errors import InputError

log = logging.getLogger(__name__)


def connect(
    text: Text,
    start: gr.Button,
    stop: gr.Button,
    inputs: Sequence,
    run: Callable,
    show: Callable,
    outputs: Sequence,
    status: gr.Markdown,
) -> None:
    """On `start`: trace = run(*inputs); the outputs get show(trace) and `status` the time it took and the device.

    Runs queue one behind another. `stop` frees the page. An InputError becomes its sentence in the page's language;
    any other failure is logged and becomes one general sentence. The outputs keep what they showed.
    """

    def event(*values):
        begun = time.perf_counter()
        try:
            trace = run(*values)
            seconds = f"{time.perf_counter() - begun:.2f}"
            return *show(trace), text("patches.took", seconds=seconds, device=describe())
        except InputError as error:
            raise gr.Error(text(f"error.{error.code}", **error.details), print_exception=False) from error
        except Exception as error:
            log.exception("a run failed")
            raise gr.Error(text("error.unexpected"), print_exception=False) from error

    running = start.click(
        event, list(inputs), [*outputs, status], concurrency_id="models", concurrency_limit=1, api_visibility="private"
    )
    stop.click(None, cancels=[running])
