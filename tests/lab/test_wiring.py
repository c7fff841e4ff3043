"""The wiring without a page: the event's generator, driven by hand."""

import threading
import time
from functools import partial
from types import SimpleNamespace

import gradio as gr
import pytest

from lab.text import Text
from lab.wiring import Meter, Stopped, connect, controls
from models.errors import InputError

SHOWN, STATUS, NOTE, STOP = 0, 1, 2, 3
VISITOR = SimpleNamespace(session_hash="one")


def event(run, language="en"):
    """The function that a click starts."""
    with gr.Blocks() as demo:
        text, box = Text(language), gr.Textbox()
        buttons = controls(text, "Go", "")
        connect(text, buttons, [], [box], [box], run, lambda trace: [trace * 2], [box])
    found = next(block.fn for block in demo.fns.values() if (buttons.start._id, "click") in block.targets)
    return partial(found, VISITOR)


def test_a_run_gives_what_it_shows_and_how_long_it_took():
    begun, shown = list(event(lambda value, progress: value + "!")("a"))
    assert begun[STATUS] == "Running… 0 s"
    assert begun[NOTE] == ""
    assert shown[SHOWN] == "a!a!"
    assert "Took" in shown[STATUS]
    assert shown[STOP]["visible"] is False


def test_a_slow_run_shows_progress_and_the_stop_button():
    def run(value, progress):
        progress.downloaded(5_000_000, 20_000_000)
        time.sleep(1)
        return value

    _, first, *_, last = list(event(run)("a"))
    assert first[STATUS] == "Downloading the model: 5 of 20 MB"
    assert first[STOP]["visible"] is True
    assert last[SHOWN] == "aa"


@pytest.mark.parametrize(("language", "part"), [("en", "at least 16 pixels"), ("zh", "至少 16 像素")])
def test_an_input_error_becomes_its_sentence(language, part):
    def run(value, progress):
        raise InputError("photo.small", width=1, height=2, side=16)

    steps = event(run, language)("a")
    next(steps)
    failed = next(steps)
    assert failed[STOP]["visible"] is False
    assert part in failed[STATUS]
    assert failed[NOTE] == Text(language)("run.older")
    with pytest.raises(gr.Error) as caught:
        next(steps)
    assert part in caught.value.message


def test_an_unexpected_error_tells_nothing_of_the_machine():
    def run(value, progress):
        raise OSError("/secret/path")

    steps = event(run)("a")
    next(steps)
    assert next(steps)[STATUS] == Text("en")("run.unexpected")
    with pytest.raises(gr.Error) as caught:
        next(steps)
    assert caught.value.message == Text("en")("run.unexpected")


def test_a_visitor_who_leaves_ends_the_download():
    begun, ended = threading.Event(), threading.Event()

    def run(value, progress):
        begun.set()
        try:
            while True:
                progress.downloaded(1, 2)
                time.sleep(0.01)
        except Stopped:
            ended.set()
            raise

    steps = event(run)("a")
    next(steps)
    assert begun.wait(5)
    steps.close()
    assert ended.wait(5)


def test_an_input_that_could_not_be_read_is_told_before_the_run():
    steps = event(lambda value, progress: pytest.fail("it ran"))(InputError("photo.unreadable"))
    next(steps)
    failed = next(steps)
    assert "cannot be read" in failed[STATUS] and failed[NOTE] == Text("en")("run.older")


def test_a_newer_run_of_the_same_visitor_ends_the_older_one():
    ended, go_on = threading.Event(), threading.Event()

    def run(value, progress):
        try:
            while value == "old" and not go_on.wait(0.01):
                progress.beat()
        finally:
            if value == "old":
                ended.set()
        return value

    start = event(run)
    old = start("old")
    next(old)
    other = start.func(SimpleNamespace(session_hash="two"), "other")
    assert list(other)[-1][SHOWN] == "otherother"
    assert not ended.is_set()
    assert list(start("new"))[-1][SHOWN] == "newnew"
    rest = list(old)
    assert rest and all(step == (gr.skip(),) * 4 for step in rest)
    assert ended.wait(5)
    go_on.set()


def test_the_meter_stops_who_reports_to_it():
    meter = Meter()
    meter.downloaded(1, 2)
    meter.stopped = True
    with pytest.raises(Stopped):
        meter.downloaded(2, 2)
    with pytest.raises(Stopped):
        meter.beat()


def test_runs_that_nobody_waits_for_do_not_hold_up_the_next():
    go_on = threading.Event()

    def slow(value, progress):
        while not go_on.wait(0.01):
            progress.beat()

    for _ in range(20):
        steps = event(slow)("a")
        next(steps)
        steps.close()
    begun = time.perf_counter()
    assert list(event(lambda value, progress: value)("b"))[-1][SHOWN] == "bb"
    assert time.perf_counter() - begun < 5
    go_on.set()
