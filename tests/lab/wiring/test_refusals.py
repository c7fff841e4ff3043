"""What cannot be answered: one sentence, and what was shown stays what it was."""

from html import unescape

import pytest

from lab.text import Text
from models.errors import InputError
from tests.lab.wiring.page import VIEW, Page, failed


@pytest.mark.parametrize(("language", "part"), [("en", "at least 16 pixels"), ("zh", "至少 16 像素")])
def test_an_input_error_becomes_its_sentence(language, part):
    page = Page(language=language)

    def refuses(word, count, forces, progress):
        raise InputError("photo.small", width=1, height=2, side=16)

    page.work.do = refuses
    last, toast = failed(page.press())
    assert last["stop"]["visible"] is False
    assert part in unescape(last["status"]) and last["note"] == Text(language)("run.older")
    assert part in toast


def test_an_unexpected_error_tells_nothing_of_the_machine():
    page = Page()

    def breaks(word, count, forces, progress):
        raise OSError("/secret/path")

    page.work.do = breaks
    last, toast = failed(page.press())
    assert unescape(last["status"]) == unescape(last["trouble"]) == toast == Text("en")("run.unexpected")


def test_what_a_stranger_wrote_is_text_in_the_status_and_in_the_toast():
    page = Page()

    def breaks(word, count, forces, progress):
        raise InputError("model.unknown", reference="<img src=http://other.example/x.png> [a](b)\n# c")

    page.work.do = breaks
    last, toast = failed(page.press())
    assert "<" not in toast and "&lt;img src=http://other.example/x.png&gt;" in toast
    assert not set(last["status"]) & set("<>[]()*_/:\n")
    assert "<img src=http://other.example/x.png>" in unescape(last["status"])


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
        {"action": "force", "values": {"forces": []}, "view": "other"},
        {"action": "force", "values": {"forces": []}, "view": "none"},
        {"action": "force", "values": {"forces": []}, "view": ["cost"]},
    ],
)
def test_what_a_page_may_not_ask_for_gets_a_sentence(sent):
    page = Page()
    _, toast = failed(page.act(sent))
    assert toast in (page.text("run.error.action"), page.text("input.error.forces"))
    assert not page.work.calls


def test_an_input_that_another_run_cannot_use_does_not_spoil_this_one():
    page = Page()
    list(page.open("other"))
    assert list(page.press(word="b", count=99))[-1]["other"] == "b1"
    _, toast = failed(page.open(VIEW))
    assert "{" not in toast


def test_what_no_input_takes_is_not_kept():
    page = Page()
    list(page.open("other"))
    list(page.press(word="b", count="x" * 1_000_000))
    assert page.visit.asked["count"] is None
    _, toast = failed(page.open(VIEW))
    assert "{" not in toast
