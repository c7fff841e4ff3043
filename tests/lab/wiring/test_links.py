"""A visitor who comes by a link sees what it says; the address is told what is seen."""

import gradio as gr
import pytest

from tests.lab.wiring.page import VIEW, Page


def follow(page, **link):
    """The steps of a link by the names of what they change, inputs by theirs."""
    with page.demo:
        outside = gr.Tabs()
    names = page.names | {part: name for name, part in page.board.inputs.items()}
    names |= {outside: "exhibits", page.board.selection: "views"}
    steps = [*page.wiring.linked({page.wiring.visit: page.visit}, link, outside)]
    return [{names[part]: new for part, new in step.items() if part in names} for step in steps]


def test_a_link_sets_the_inputs_opens_the_view_and_shows_the_answer():
    page = Page()
    first, *_, last = follow(page, view=VIEW, asked={"word": "linked", "count": "3"})
    assert first["word"]["value"] == "linked" and first["count"]["value"] == 3
    assert first["exhibits"].selected == page.exhibit.name
    assert last[VIEW]["value"] == "linked3"
    told = {"view": page.visit.tab, "asked": {"word": "linked", "count": "3"}, "files": {}}
    assert {name: last["door"][name] for name in told} == told and last["door"].keys() - told.keys() == {"record"}
    assert page.visit.settled["word"] == "linked"


def test_the_address_is_told_what_was_answered_and_each_opening_anew():
    page = Page()
    *_, answered = page.press(word="b")
    assert answered["door"]["asked"] == {"word": "b"} and "opened" not in answered["door"]
    opened = [next(iter(page.open()))["door"] for _ in range(2)]
    assert [one["asked"] for one in opened] == [{"word": "b"}] * 2
    assert opened[0]["opened"] != opened[1]["opened"]


def test_what_fails_is_not_in_the_address():
    page = Page()
    page.work.do = lambda **_: 1 / 0
    with pytest.raises(gr.Error):
        list(page.press(word="bad"))
    assert next(iter(page.open()))["door"]["asked"] == {}


def test_an_answer_that_is_known_is_in_the_address_at_once():
    page = Page()
    other = page.another_visitor()
    list(page.press(word="known"))
    calls = list(page.work.calls)
    *_, last = follow(other, view="", asked={"word": "known"})
    assert last["door"]["asked"] == {"word": "known"} and last["door"]["opened"]
    assert page.work.calls == calls


@pytest.mark.parametrize(
    "link", [{"view": "banana", "asked": {"count": "99", "nothing": "1"}}, {"view": ["a"], "asked": 3}, {}]
)
def test_nonsense_opens_what_can_be_opened_and_is_named(link):
    page = Page()
    if link.get("view"):
        with pytest.warns(UserWarning, match="left out"):
            *_, last = follow(page, **link)
    else:
        *_, last = follow(page, **link)
    assert last["door"]["asked"] == {} and page.visit.tab in page.board.tabs


def test_what_is_not_a_link_at_all_opens_the_exhibit():
    page = Page()
    with page.demo:
        steps = [*page.wiring.linked({page.wiring.visit: page.visit}, "x", gr.Tabs())]
    assert steps
