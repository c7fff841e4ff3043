"""The wiring without a page: the event's generator, driven by hand."""

import threading
import time

import gradio as gr
import pytest

from lab.text import Text
from lab.wiring import Meter, Stopped, connect
from models.errors import InputError

SKIP, STATUS, STOP = 0, 1, 2


def event(run, language="en"):
    """The function that a click starts."""
    with gr.Blocks() as demo:
        start, stop, status, box = gr.Button(), gr.Button(), gr.Markdown(), gr.Textbox()
        connect(Text(language), start, stop, [], [box], run, lambda trace: [trace * 2], [box], status)
    return next(block.fn for block in demo.fns.values() if (start._id, "click") in block.targets)


def test_a_run_gives_what_it_shows_and_how_long_it_took():
    (shown,) = list(event(lambda value, progress: value + "!")("a"))
    assert shown[SKIP] == "a!a!"
    assert "Took" in shown[STATUS]
    assert shown[STOP]["visible"] is False


def test_a_slow_run_shows_progress_and_the_stop_button():
    def run(value, progress):
        progress(5_000_000, 20_000_000)
        time.sleep(1)
        return value

    first, *_, last = list(event(run)("a"))
    assert first[STATUS] == "Downloading the model: 5 of 20 MB"
    assert first[STOP]["visible"] is True
    assert last[SKIP] == "aa"


@pytest.mark.parametrize(("language", "part"), [("en", "at least 16 pixels"), ("zh", "至少 16 像素")])
def test_an_input_error_becomes_its_sentence(language, part):
    def run(value, progress):
        raise InputError("photo.small", width=1, height=2, side=16)

    steps = event(run, language)("a")
    assert next(steps)[STOP]["visible"] is False
    with pytest.raises(gr.Error) as caught:
        next(steps)
    assert part in caught.value.message


def test_an_unexpected_error_tells_nothing_of_the_machine():
    def run(value, progress):
        raise OSError("/secret/path")

    steps = event(run)("a")
    next(steps)
    with pytest.raises(gr.Error) as caught:
        next(steps)
    assert caught.value.message == Text("en")("error.unexpected")


def test_a_visitor_who_leaves_ends_the_download():
    ended = threading.Event()

    def run(value, progress):
        try:
            while True:
                progress(1, 2)
                time.sleep(0.01)
        except Stopped:
            ended.set()
            raise

    steps = event(run)("a")
    next(steps)
    steps.close()
    assert ended.wait(5)


def test_the_meter_stops_who_reports_to_it():
    meter = Meter()
    meter(1, 2)
    meter.stopped = True
    with pytest.raises(Stopped):
        meter(2, 2)
