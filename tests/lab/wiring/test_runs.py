"""How runs begin, go on and end."""

import sys
import threading
import time
from contextlib import contextmanager
from pkgutil import resolve_name

import gradio as gr
import pytest

from lab import computing
from lab.computing import Computation, Stopped
from lab.question import ask
from lab.text import Text
from models.checkpoint import build_lock
from models.device import Places
from tests.lab.made import Work, trace
from tests.lab.wiring.page import ASIDE, VIEW, Page


def test_a_run_gives_what_it_shows_and_how_long_it_took():
    begun, *_, shown = Page().press(word="b", count=3)
    assert begun["status"] == "Running… 0 s" and begun["note"] == Text("en")("run.older")
    assert shown[VIEW] == "b3" and shown[ASIDE] == "aside b"
    assert "Took" in shown["status"]
    assert shown["stop"]["visible"] is False


def test_what_is_read_from_a_record_names_no_time_and_no_machine():
    *_, shown = Page(truth="recorded").press(word="b")
    assert shown["status"] == Text("en")("run.read") and shown[VIEW] == "b1"


def test_a_record_that_is_read_has_no_date():
    page = Page(truth="recorded")
    answer = Computation(
        ask(page.exhibit, page.exhibit.runs[0], {"word": "c", "count": 1, "forces": []}), "here"
    ).compute()
    assert (answer.date, answer.provenance.device, answer.provenance.precision) == ("", "", ())


def test_a_slow_run_shows_progress_and_the_stop_button():
    page, gates = Page(), [threading.Event(), threading.Event(), threading.Event()]

    def slow(word, count, forces, progress):
        progress.downloaded(5_000_000, 20_000_000)
        assert gates[0].wait(20)
        progress.downloaded(20_000_000, 20_000_000)
        progress.converting()
        assert gates[1].wait(20)
        progress.beat()
        assert gates[2].wait(20)
        return trace(word)

    page.work.do = slow
    steps = page.press()
    next(steps)
    said = ("Downloading the model: 5 of 20 MB", "Converting the downloaded weights", "Running…")
    for gate, sentence in zip(gates, said, strict=True):
        progress = next(one for one in steps if one["status"].startswith(sentence))
        assert progress["stop"]["visible"] is True
        gate.set()
    *_, last = steps
    assert last[VIEW] == "a1"


def test_a_run_that_yields_growing_traces_shows_each():
    page, gates = Page(), [threading.Semaphore(0), threading.Semaphore(0)]

    def growing(word, count, forces, progress):
        for size in range(1, 11):
            yield trace(word, size)
            gates[0].acquire(timeout=20)

    page.work.do = growing
    steps, seen = page.press(), []
    for step in steps:
        if VIEW in step and step[VIEW] not in seen:
            seen.append(step[VIEW])
            gates[0].release()
    assert seen == [f"a{size}" for size in range(1, 11)]
    again = list(page.press())
    assert [step[VIEW] for step in again] == ["a10"]


def test_twenty_visitors_who_ask_the_same_cost_one_computation():
    work = Work()
    work.go_on.clear()
    page = Page(work)
    pages = [page.another_visitor() for _ in range(20)]
    running = [page.press(word="same") for page in pages]
    for steps in running:
        next(steps)
    work.go_on.set()
    assert [list(steps)[-1][VIEW] for steps in running] == ["same1"] * 20
    late = list(page.press(word="same"))
    assert len(late) == 1 and "Computed before" in late[0]["status"]
    assert work.calls == ["same"]


def test_a_visitor_who_stops_does_not_end_what_another_waits_for():
    work = Work()
    work.go_on.clear()
    one, other = Page(work), Page(work).press(word="same")
    leaving = one.pressed(word="same")
    next(leaving)
    next(other)
    leaving.close()
    work.go_on.set()
    assert list(other)[-1][VIEW] == "same1"
    assert work.calls == ["same"]


def test_a_visitor_who_leaves_ends_the_run():
    page = Page()
    page.work.go_on.clear()
    steps = page.pressed()
    next(steps)
    assert page.work.begun.wait(20)
    steps.close()
    assert not computing.computations.running
    page.work.go_on.set()


def test_a_run_that_nobody_waits_for_is_told_so_by_its_progress():
    page, raised = Page(), threading.Event()

    def downloads(word, count, forces, progress):
        try:
            while True:
                progress.downloaded(1, 2)
        except Stopped:
            raised.set()
            raise

    page.work.do = downloads
    steps = page.pressed()
    next(steps)
    next(steps)
    steps.close()
    assert raised.wait(20)


def test_a_newer_run_of_the_same_visitor_ends_the_older_one():
    page = Page()
    page.work.go_on.clear()
    old = page.press(word="old")
    next(old)
    assert page.work.begun.wait(20)
    new = page.press(word="new")
    next(new)
    rest = list(old)
    assert not any(VIEW in step for step in rest)
    page.work.go_on.set()
    assert list(new)[-1][VIEW] == "new1"
    assert page.visit.asked["word"] == "new"


@pytest.fixture
def place(monkeypatch):
    """The only place where runs compute, whether they are to be alone, and whether it is taken now."""

    class Place(Places):
        def __init__(self):
            super().__init__(1, 1)
            self.alone, self.is_taken = [], False

        @contextmanager
        def taken(self, alone=False):
            with super().taken(alone):
                self.alone.append(alone)
                self.is_taken = True
                yield
                self.is_taken = False

    made = Place()
    monkeypatch.setattr("lab.question.places", lambda: made)
    return made


def test_runs_compute_one_after_another_and_download_at_the_same_time(place):
    page, other, inside = Page(), Page(), []

    def alone(word, count, forces, progress):
        assert place.is_taken
        inside.append(word)
        assert len(inside) == 1
        time.sleep(0.05)
        inside.remove(word)
        return trace(word)

    page.work.do = other.work.do = alone
    both = [page.press(word="one"), other.press(word="two")]
    for steps in both:
        next(steps)
    assert {list(steps)[-1][VIEW] for steps in both} == {"one1", "two1"}
    assert not place.is_taken and not any(place.alone)


def test_a_run_that_measures_this_machine_computes_alone(place):
    list(Page(fresh=True).press())
    assert set(place.alone) == {True}


def test_first_questions_at_the_same_time_import_one_after_another(monkeypatch):
    page, held = Page(), []

    def resolve(name):
        held.append(build_lock.locked())
        return resolve_name(name)

    monkeypatch.setattr("lab.exhibit.resolve_name", resolve)
    list(page.press())
    assert held == [True]
    assert not build_lock.locked()


def test_no_place_is_taken_while_models_are_opened(monkeypatch, place):
    page, held = Page(open="made_work:opens"), []

    def opens(progress):
        held.append(place.is_taken)
        return {}

    monkeypatch.setattr(sys.modules["made_work"], "opens", opens, raising=False)
    list(page.press())
    assert held == [False]


def test_the_stop_button_ends_a_run_at_once_and_the_run_says_so_last(monkeypatch):
    monkeypatch.setattr("lab.answering.PROGRESS_SECONDS", 600)
    page = Page()
    page.work.go_on.clear()
    steps = page.press()
    next(steps)
    assert page.work.begun.wait(20)
    threading.Timer(0.2, page.stop).start()
    last = [*steps][-1]
    assert last["status"] == page.text("run.stopped") and not last["stop"]["visible"]
    assert not page.work.go_on.is_set() and page.visit.asked is page.visit.settled


def test_a_run_that_has_ended_before_it_is_stopped_keeps_its_answer():
    page = Page()
    *_, last = page.press(word="new")
    page.stop()
    assert page.seen[VIEW] == "new1" and last["status"] != page.text("run.stopped")
    *_, last = page.press(word="newer")
    assert page.seen[VIEW] == "newer1" and last["status"] != page.text("run.stopped")


def test_a_superseded_event_ends_with_a_step_that_changes_nothing():
    page = Page()
    ends = page.wiring.ending_with_skip(page.wiring.pressed)
    *_, last = ends({page.wiring.visit: page.visit} | {part: part.value for part in page.board.inputs.values()})
    assert last == {page.board.status: gr.skip()}
