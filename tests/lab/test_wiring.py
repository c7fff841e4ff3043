"""The wiring without a page: an exhibit's events, driven by hand."""
# pyright: reportTypedDictNotRequiredAccess=false

import sys
import threading
import time
from collections.abc import Generator
from html import unescape
from pkgutil import resolve_name
from typing import cast

import gradio as gr
import pytest

from lab import computing, layout, saved
from lab.computing import Stopped
from lab.text import Text
from lab.wiring import connect
from models.checkpoint import build_lock
from models.device import compute_lock
from models.errors import InputError
from tests.lab.made import MadeText, Work, exhibit, trace

VIEW, ASIDE = "cost", "aside"


@pytest.fixture(autouse=True)
def empty(monkeypatch, tmp_path):
    """Nothing computed yet, and nothing saved."""
    monkeypatch.setattr(computing, "computations", computing.Computations())
    monkeypatch.setattr("lab.wiring.computations", computing.computations)
    monkeypatch.setattr(saved, "RUNS", tmp_path)
    saved.load.cache_clear()


class Page:
    """One visitor's page with the made exhibit."""

    def __init__(self, work=None, language="en", **settings):
        self.work = work or Work()
        self.exhibit = exhibit(self.work, **settings)
        with gr.Blocks() as self.demo:
            self.text = MadeText(language)
            self.board = layout.build(self.exhibit, self.text)
            self.wiring = connect(self.exhibit, self.text, self.board)
            self.wiring.opens_with(self.demo.load)
        self.visit = self.wiring.visit.value
        self.names = {self.board.status: "status", self.board.note: "note", self.board.stop: "stop"}
        for name, parts in self.board.views.items():
            self.names |= {parts.claim: name}

    def seen(self, step):
        """A step by the names of what it changes."""
        value = {self.names[part]: new for part, new in step.items()}
        return {
            name: new.get("value", new) if name in ("cost", "other", "aside") and isinstance(new, dict) else new
            for name, new in value.items()
        }

    def pressed(self, **values):
        data = {self.wiring.visit: self.visit}
        data |= {part: values.get(name, part.value) for name, part in self.board.inputs.items()}
        return cast(Generator, self.wiring.pressed(data))

    def press(self, **values):
        return map(self.seen, self.pressed(**values))

    def open(self, view=""):
        return map(self.seen, self.wiring.opened({self.wiring.visit: self.visit}, view))

    def act(self, sent):
        return map(self.seen, self.wiring.acted({self.wiring.visit: self.visit}, sent, self.exhibit.run("first")))


def failed(steps):
    """The last step before the toast, and the toast's sentence."""
    seen = []
    with pytest.raises(gr.Error) as caught:
        seen.extend(iter(steps))
    return seen[-1], caught.value.message


def test_a_run_gives_what_it_shows_and_how_long_it_took():
    begun, *_, shown = Page().press(word="b", count=3)
    assert begun["status"] == "Running… 0 s" and begun["note"] == Text("en")("run.older")
    assert shown[VIEW] == "b3" and shown[ASIDE] == "aside b"
    assert "Took" in shown["status"]
    assert shown["stop"]["visible"] is False


def test_a_slow_run_shows_progress_and_the_stop_button():
    page, told = Page(), threading.Event()

    def slow(word, count, forces, progress):
        progress.downloaded(5_000_000, 20_000_000)
        assert told.wait(20)
        return trace(word)

    page.work.do = slow
    steps = page.press()
    next(steps)
    progress = next(steps)
    assert progress["status"] == "Downloading the model: 5 of 20 MB"
    assert progress["stop"]["visible"] is True
    told.set()
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


@pytest.mark.parametrize(("language", "part"), [("en", "at least 16 pixels"), ("zh", "至少 16 像素")])
def test_an_input_error_becomes_its_sentence(language, part):
    page = Page(language=language)

    def refuses(word, count, forces, progress):
        raise InputError("photo.small", width=1, height=2, side=16)

    page.work.do = refuses
    last, toast = failed(page.press())
    assert last["stop"]["visible"] is False
    assert part in last["status"] and last["note"] == Text(language)("run.older")
    assert part in toast


def test_an_unexpected_error_tells_nothing_of_the_machine():
    page = Page()

    def breaks(word, count, forces, progress):
        raise OSError("/secret/path")

    page.work.do = breaks
    last, toast = failed(page.press())
    assert unescape(last["status"]) == toast == Text("en")("run.unexpected")


def test_what_a_stranger_wrote_is_text_in_the_status_and_in_the_toast():
    page = Page()

    def breaks(word, count, forces, progress):
        raise InputError("model.unknown", reference="<img src=http://other.example/x.png> [a](b)\n# c")

    page.work.do = breaks
    last, toast = failed(page.press())
    assert "<" not in toast and "&lt;img src=http://other.example/x.png&gt;" in toast
    assert not set(last["status"]) & set("<>[]()*_/:\n") and "<img src=http://other.example/x.png>" in unescape(
        last["status"]
    )


@pytest.mark.parametrize("values", [{"count": 99}, {"count": "4"}, {"count": None}, {"word": 7}, {"word": "x" * 500}])
def test_what_no_input_takes_is_told_before_anything_is_computed(values):
    page = Page()
    last, toast = failed(page.press(**values))
    assert "{" not in toast and last["note"] == Text("en")("run.older")
    assert not page.work.calls


def test_after_an_error_the_views_still_belong_to_what_was_asked_before():
    page = Page()
    list(page.press(word="good"))
    failed(page.press(word="bad", count=99))

    def breaks(word, count, forces, progress):
        raise InputError("photo.missing")

    page.work.do = breaks
    failed(page.press(word="worse"))
    assert any(step.get("other") == "good1" for step in page.open("other"))
    assert page.work.calls == ["good", "worse", "other good"]


def test_twenty_visitors_who_ask_the_same_cost_one_computation():
    work = Work()
    work.go_on.clear()
    pages = [Page(work) for _ in range(20)]
    running = [page.press(word="same") for page in pages]
    for steps in running:
        next(steps)
    work.go_on.set()
    assert [list(steps)[-1][VIEW] for steps in running] == ["same1"] * 20
    late = list(Page(work).press(word="same"))
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


def test_a_view_is_computed_when_it_is_looked_at_and_for_what_was_asked_last():
    page = Page()
    list(page.press(word="b"))
    assert page.work.calls == ["b"]
    assert any(step.get("other") == "b1" for step in page.open("other"))
    assert page.work.calls == ["b", "other b"]
    assert not any("other" in step for step in page.open("other"))
    assert not any(VIEW in step for step in page.open(VIEW))
    assert page.work.calls == ["b", "other b"]


def test_what_stands_beside_the_inputs_and_belongs_to_another_question_is_hidden():
    page = Page()
    list(page.press(word="b"))
    list(page.open("other"))
    shown = list(page.press(word="c"))[-1]
    assert shown["other"] == "c1" and shown["aside"]["visible"] is False


def test_an_action_asks_again_with_what_it_sets():
    page, seen = Page(), []

    def looks(word, count, forces, progress):
        seen.append((word, forces))
        return trace(word)

    page.work.do = looks
    list(page.press(word="b"))
    list(page.act({"action": "force", "values": {"forces": [[1, 0, 7]]}}))
    list(page.act({"action": "force", "values": {"forces": []}}))
    list(page.act({"action": "force", "values": {"forces": [[1, 0, 7]]}}))
    list(page.press(word="b"))
    assert seen == [("b", ()), ("b", ((1, 0, 7),))]
    assert page.visit.asked["forces"] == ()


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "force",
        {},
        {"action": "none"},
        {"action": "none", "values": {"forces": [[1, 0, 7]]}},
        {"action": ["force"]},
        {"action": "force"},
        {"action": "force", "values": {"forces": 3}},
    ],
)
def test_what_a_page_may_not_ask_for_gets_a_sentence(sent):
    page = Page()
    _, toast = failed(page.act(sent))
    assert toast in (page.text("run.error.action"), page.text("decoding.error.force"))
    assert not page.work.calls


def test_opening_shows_the_saved_run_and_computes_nothing(tmp_path):
    page = Page()
    trace("saved", 4).save(saved.path(page.exhibit, page.exhibit.run("first")))
    first, *_ = page.open()
    assert first[VIEW] == "saved4" and first["status"] == page.text("cost.saved")
    assert not page.work.calls
    list(page.press())
    assert not page.work.calls


def test_a_saved_run_answers_no_other_question():
    page = Page()
    trace("saved", 4).save(saved.path(page.exhibit, page.exhibit.run("first")))
    assert list(page.press(word="b"))[-1][VIEW] == "b1"
    assert page.work.calls == ["b"]


def test_without_a_saved_run_opening_computes_it():
    page = Page()
    (*_,) = steps = list(page.open())
    assert any(step.get(VIEW) == "a1" for step in steps)
    assert page.work.calls == ["a"]


def test_a_saved_run_that_cannot_be_read_is_computed(tmp_path):
    page = Page()
    saved.path(page.exhibit, page.exhibit.run("first")).write_bytes(b"no npz")
    assert any(step.get(VIEW) == "a1" for step in page.open())


def test_what_measures_this_machine_is_measured_anew_at_each_press():
    page = Page(fresh=True)
    list(page.press())
    list(page.press())
    assert page.work.calls == ["a", "a"]
    list(page.open())
    assert page.work.calls == ["a", "a"]


def test_runs_compute_one_after_another_and_download_at_the_same_time():
    page, other, inside = Page(), Page(), []

    def alone(word, count, forces, progress):
        assert compute_lock.locked()
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
    assert not compute_lock.locked()


def test_first_questions_at_the_same_time_import_one_after_another(monkeypatch):
    page, held = Page(), []

    def resolve(name):
        held.append(build_lock.locked())
        return resolve_name(name)

    monkeypatch.setattr("lab.exhibit.resolve_name", resolve)
    list(page.press())
    assert held == [True]
    assert not build_lock.locked()


def test_the_lock_is_free_while_models_are_opened(monkeypatch):
    page, held = Page(open="made_work:opens"), []

    def opens(progress):
        held.append(compute_lock.locked())
        return {}

    monkeypatch.setattr(sys.modules["made_work"], "opens", opens, raising=False)
    list(page.press())
    assert held == [False]


def test_an_input_that_another_run_cannot_use_does_not_spoil_this_one():
    page = Page()
    list(page.open("other"))
    assert list(page.press(word="b", count=99))[-1]["other"] == "b1"
    _, toast = failed(page.open(VIEW))
    assert "{" not in toast


def test_the_stop_button_ends_whatever_has_begun_a_run():
    page = Page()
    events = page.demo.config["dependencies"]
    shown = {part._id for part in page.board.outputs()}
    runs = {event["id"] for event in events if set(event["outputs"]) == shown}
    stops = [event for event in events if [page.board.stop._id, "click"] in [list(one) for one in event["targets"]]]
    assert len(runs) > 3
    assert {number for event in stops for number in event["cancels"]} == runs


def test_opening_another_view_does_not_take_away_what_the_note_says():
    page = Page()
    list(page.press(word="b"))
    steps = list(page.open("other"))
    assert any("other" in step for step in steps) and not any("note" in step for step in steps)


def test_a_superseded_event_ends_with_a_step_that_changes_nothing():
    page = Page()
    ends = page.wiring.saying_something(page.wiring.pressed)
    *_, last = ends({page.wiring.visit: page.visit} | {part: part.value for part in page.board.inputs.values()})
    assert last == {page.board.status: gr.skip()}


def test_what_no_input_takes_is_not_kept():
    page = Page()
    list(page.open("other"))
    list(page.press(word="b", count="x" * 1_000_000))
    assert page.visit.asked["count"] is None
    _, toast = failed(page.open(VIEW))
    assert "{" not in toast
