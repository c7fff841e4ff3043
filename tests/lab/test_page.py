"""The page itself: it opens before torch, and its keys change what belongs to no exhibit."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState
from playwright.sync_api import expect

from lab.page import Page

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_page_builds_without_torch():
    code = "import sys; from lab.page import build; build(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.browser
def test_f_gives_the_views_the_whole_page_and_t_turns_it_dark_for_good(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    look, stage = page.get_by_role("button", name="Look", exact=True), page.locator(".cut .stage")
    before = stage.bounding_box()["x"]
    page.keyboard.press("f")
    expect(look).to_be_hidden()
    assert stage.bounding_box()["x"] < before
    page.get_by_role("button", name="Presenter").click()
    expect(look).to_be_visible()
    dark = "document.body.classList.contains('dark')"
    before = page.evaluate(dark)
    page.keyboard.press("t")
    assert page.evaluate(dark) != before
    page.reload()
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    assert page.evaluate(dark) != before


def test_a_step_of_an_answer_is_sent_whole():
    """What waits in the browser must not lose what the next step does not mention."""
    steps = [[{"value": 1}, "a"], [{}, "a"], [{"value": [2]}, "ab"]]
    with Page() as made:
        function: Any = SimpleNamespace(outputs=["first", "other"])
    sent = [made.handle_streaming_diffs(function, list(step), "session", "run", final=False) for step in steps]
    assert sent == [
        [{"value": 1}, "a"],
        [[["replace", [], {}]], []],
        [[["replace", [], {"value": [2]}]], [["replace", [], "ab"]]],
    ]
    assert made.handle_streaming_diffs(function, [None, None], "session", "run", final=True) == steps[-1]
    assert made.handle_streaming_diffs(function, [1, 2], None, None, final=False) == [1, 2]


def test_a_session_opens_without_saying_what_every_component_is():
    """Gradio does for each session; what a page is made of is still said to a browser, and functions are the page's."""
    with Page() as made:
        box = gr.Textbox("here")
        box.change(lambda value: value, box, box)
    session = SessionState(made)
    assert not list(session.components)
    assert session[box._id] is box
    assert session.blocks_config.fns == made.default_config.fns != {}
    said = {one["id"]: one["props"] for one in made.get_config_file()["components"]}
    assert said[box._id]["value"] == "here"


@pytest.mark.browser
def test_a_clicker_steps_in_the_large_view_which_stays_after_a_reload(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    page.get_by_role("tab", name="2 · Attend", exact=True).click()
    attend = page.locator(".attend")
    expect(attend).to_have_attribute("data-step", "11")
    page.mouse.move(0, 0)
    page.keyboard.press("PageUp")
    page.keyboard.press("f")
    page.keyboard.press("PageUp")
    expect(attend).to_have_attribute("data-step", "10")
    page.keyboard.press("PageDown")
    expect(attend).to_have_attribute("data-step", "11")
    expect(page).to_have_url(re.compile("#patches/attend$"))
    page.reload()
    expect(attend).to_be_visible()
    expect(page.get_by_role("button", name="Look", exact=True)).to_be_hidden()


@pytest.mark.browser
def test_gradios_own_words_are_in_the_pages_language(chromium, server):
    for address, heard in ((server, "en"), (f"{server}/zh", "zh-CN")):
        page = chromium.new_page()
        page.goto(address)
        expect(page.locator(".cut")).to_have_attribute("data-count", "196")
        assert page.evaluate("[navigator.language, ...navigator.languages]") == [heard, heard]
        page.close()
