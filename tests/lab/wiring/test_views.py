"""Which view shows the answer to which question."""

import threading

import gradio as gr
import pytest

from lab import saved
from lab.question import Question
from lab.text import Text
from models.errors import InputError
from models.provenance import Provenance
from tests.lab.made import trace
from tests.lab.wiring.page import ASIDE, VIEW, Page, failed


def keep(page, answer):
    """Save a run's trace."""
    file = saved.path(page.exhibit, page.exhibit.run("first"))
    answer.save(file, provenance=Provenance((), "", ()).to_json())


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
    assert shown["other"] == "c1" and shown["aside"]["visible"] == "hidden"


def test_opening_shows_the_saved_run_and_computes_nothing(tmp_path):
    page = Page()
    keep(page, trace("saved", 4))
    first, *_ = page.open()
    assert first[VIEW] == "saved4" and first["status"] == page.text("cost.saved")
    assert not page.work.calls
    list(page.press())
    assert not page.work.calls


def test_while_a_saved_run_is_seen_its_models_are_opened_and_nothing_is_computed(monkeypatch):
    page, opened = Page(), threading.Event()
    keep(page, trace("saved", 4))
    monkeypatch.setattr(Question, "opened", lambda question, progress: opened.set())
    list(page.open())
    assert opened.wait(30) and not page.work.calls


def test_a_saved_run_answers_no_other_question():
    page = Page()
    keep(page, trace("saved", 4))
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


def test_opening_another_view_does_not_take_away_what_the_note_says():
    page = Page()
    list(page.press(word="b"))
    steps = list(page.open("other"))
    assert any("other" in step for step in steps) and not any("note" in step for step in steps)


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


OLDER, UNFINISHED, NOT_YET = map(Text("en"), ("run.older", "run.unfinished", "run.not_yet"))


def breaks(*values, **named):
    raise InputError("photo.missing")


@pytest.fixture
def page():
    """Shows the answers to "old" in two runs, and those to "new" in the first."""
    page = Page()
    list(page.press(word="old"))
    list(page.open("other"))
    list(page.open(VIEW))
    list(page.press(word="new"))
    return page


def test_after_a_failure_one_sees_one_run_and_the_note_speaks_of_it(page):
    page.work.do = breaks
    failed(page.press(word="bad"))
    assert page.seen == {VIEW: "new1", ASIDE: "aside new"}
    assert page.note == OLDER
    page.work.do_other = breaks
    failed(page.open("other"))
    assert page.seen == {ASIDE: "aside new"}
    assert page.note == OLDER


def test_a_view_that_cannot_be_computed_shows_nothing_beside_the_newer_answer(page):
    page.work.do_other = breaks
    failed(page.open("other"))
    assert page.seen == {ASIDE: "aside new"}
    assert page.note == "", "what is seen is what was asked last"


def test_nothing_older_is_seen_while_an_opened_view_is_computed(page):
    steps = page.open("other")
    next(steps)
    assert page.seen == {ASIDE: "aside new"}
    list(steps)
    assert page.seen == {ASIDE: "aside new", "other": "new1"}


def test_a_view_that_is_opened_while_a_newer_run_is_under_way_waits_for_that_one(page):
    page.work.go_on.clear()
    steps = page.press(word="newer")
    next(steps)
    assert page.seen == {VIEW: "new1", ASIDE: "aside new"} and page.note == OLDER
    opening = page.open("other")
    next(opening)
    next(opening)
    assert page.seen == {} and page.note == OLDER
    list(steps)
    list(opening)
    assert page.seen == {"other": "newer1"} and page.note == ""
    page.work.go_on.set()


def test_what_was_taken_away_is_shown_when_its_question_is_asked_again(page):
    list(page.open("other"))
    list(page.press(word="old"))
    assert page.seen == {"other": "old1"}
    list(page.open(VIEW))
    assert page.seen == {VIEW: "old1", ASIDE: "aside old"}


@pytest.mark.parametrize("stops", [True, False])
def test_a_run_that_ends_too_early_leaves_what_it_has_shown_and_says_so(page, stops):
    go_on = threading.Event()

    def growing(word, count, forces, progress):
        yield trace(word, 1)
        go_on.wait(20)
        raise InputError("photo.missing")

    page.work.do = growing
    steps = page.press(word="newer")
    while page.seen[VIEW] != "newer1":
        next(steps)
    assert page.note == UNFINISHED
    if stops:
        page.stop()
        assert [*steps][-1]["status"] == page.text("run.stopped")
        go_on.set()
    else:
        go_on.set()
        failed(steps)
    assert page.seen == {VIEW: "newer1", ASIDE: "aside newer"} and page.note == UNFINISHED
    list(page.open("other"))
    assert page.seen == {"other": "new1", ASIDE: "aside new"} and page.note == OLDER


def test_rows_of_a_table_never_belong_to_two_runs():
    page = Page(table=True)
    list(page.press(word="old"))
    assert page.seen == {f"row {VIEW}": "row old", "row other": "row old", ASIDE: "aside old"}
    page.work.do_other = breaks
    failed(page.press(word="new"))
    assert page.seen == {f"row {VIEW}": "row new", "row other": NOT_YET, ASIDE: "aside new"}
    assert page.note == ""
    page.work.do = breaks
    failed(page.press(word="newer"))
    assert page.seen == {f"row {VIEW}": "row new", "row other": NOT_YET, ASIDE: "aside new"}
    assert page.note == OLDER


class Growing:
    """A run that shows a part, and the rest once it may."""

    def __init__(self, page):
        page.work.do, self.go_on = self.grow, threading.Event()

    def grow(self, word, count, forces, progress):
        yield trace(word, 1)
        assert self.go_on.wait(20)
        yield trace(word, 2)


def until_unfinished(steps, page):
    """The steps up to a part of an answer."""
    while page.note != UNFINISHED:
        next(steps)


def test_a_run_under_way_says_nothing_in_a_finished_view_and_is_there_when_one_returns(page):
    list(page.press(word="newer", count=3))
    list(page.open("other"))
    list(page.open(VIEW))
    run = Growing(page)
    steps = page.press(word="newer", count=2)
    until_unfinished(steps, page)
    next(step for step in steps if "Running" in step.get("status", ""))
    assert page.seen[VIEW] == "newer1"
    first, *_ = page.open("other")
    assert page.seen["other"] == "newer1" and page.note == ""
    assert "Computed before" in first["status"] and first["stop"]["visible"] is False
    assert next(steps)["status"] == gr.skip()
    run.go_on.set()
    assert not any("Running" in str(step.get("status")) or "note" in step for step in steps)
    list(page.open(VIEW))
    assert page.seen[VIEW] == "newer2" and page.note == "" and page.work.calls.count("newer") == 2


def test_a_run_that_fails_behind_a_finished_view_takes_nothing_of_it_away(page):
    def fails(word, count, forces, progress):
        yield trace(word, 1)
        assert failing.wait(20)
        raise InputError("photo.missing")

    list(page.open("other"))
    list(page.open(VIEW))
    page.work.do, failing = fails, threading.Event()
    steps = page.press(word="new", count=2)
    until_unfinished(steps, page)
    list(page.open("other"))
    failing.set()
    failed(steps)
    assert page.seen["other"] == "new1" and page.note == ""


def test_what_an_opened_view_has_not_finished_is_said_there_alone(page):
    page.work.do_other = lambda word, progress: growing(word)
    run = Growing(page)

    def growing(word):
        return run.grow(word, 1, (), None)

    steps = page.open("other")
    until_unfinished(steps, page)
    assert page.seen["other"] == "new1"
    list(page.open(VIEW))
    assert page.seen == {VIEW: "new1", ASIDE: "aside new"} and page.note == ""
    run.go_on.set()
    list(steps)
    assert page.note == ""


def test_a_link_that_is_followed_in_mid_run_ends_that_run(page):
    with page.demo:
        outside = gr.Tabs()
    run = Growing(page)
    steps = page.press(word="newer")
    until_unfinished(steps, page)
    link = {"view": VIEW, "asked": {"word": "old"}}
    for step in page.wiring.linked({page.wiring.visit: page.visit}, link, outside):
        page.step(step)
    assert page.seen == {VIEW: "old1", ASIDE: "aside old"} and page.note == ""
    assert not list(steps)
    run.go_on.set()
    assert page.seen == {VIEW: "old1", ASIDE: "aside old"} and page.visit.asked["word"] == "old"
