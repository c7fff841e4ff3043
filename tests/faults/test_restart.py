"""A server that is started anew under an open page: what is seen and typed stays, and the next press is answered."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from lab import clients
from lab.clients import Listening
from lab.text import Text
from tests.lab.exhibits.visitor import controls, status, upload
from tests.lab.wiring.page import VIEW, Page
from tools import browser

ANSWERED = "async (file) => (await fetch(file)).ok"
"""Whether the process that runs now has made a file: the same arrays have the same name."""


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page of the made exhibit, nothing of which was saved."""
    monkeypatch.setattr("lab.saved.RUNS", tmp_path)
    return Page()


def restarted(page, told):
    """What a page sends first to a process that does not know it: what its door was given last."""
    return {page.wiring.visit: page.visit, page.board.door: told}


def test_a_page_tells_a_new_process_what_it_shows(page):
    told = {"view": "other", "asked": {"word": "linked", "count": "3"}, "files": {}}
    steps = [page.step(step) for step in page.wiring.opened(restarted(page, told))]
    assert page.visit.tab == "other"
    assert page.visit.asked == {"word": "linked", "count": 3, "forces": ()} == page.visit.settled
    assert any(step.get("other") == "linked1" for step in steps)


def test_what_a_known_page_tells_changes_nothing(page):
    list(page.press(word="mine"))
    page.visit.client = clients.Client("address", "session")
    told = {"view": "other", "asked": {"word": "linked"}, "files": {}}
    list(page.wiring.opened(restarted(page, told)))
    assert (page.visit.tab, page.visit.asked["word"]) == (VIEW, "mine")


@pytest.mark.parametrize(
    "told",
    [
        None,
        "",
        [],
        {},
        {"view": 3, "asked": [], "files": "a"},
        {"view": "none", "asked": {"word": 7, "other": "b"}, "files": {"word": 3}},
    ],
)
def test_what_a_browser_makes_up_is_left_out(page, told):
    list(page.wiring.opened(restarted(page, told)))
    assert page.visit.tab == VIEW and page.visit.asked["word"] == "a"


def test_a_question_for_another_process_is_not_begun():
    begun = []

    async def lab(scope, receive, send):
        begun.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    client, name = TestClient(Listening(lab)), clients.SERVER.decode()
    first = client.post("/queue/join", json={})
    assert first.status_code == 200, "a program names none"
    own = first.headers[name]
    assert client.post("/queue/join", json={}, headers={name: own}).status_code == 200
    other = client.post("/queue/join", json={}, headers={name: "another"})
    assert (other.status_code, other.headers[name]) == (clients.OTHER, own)
    assert len(begun) == 2


@pytest.mark.browser
def test_a_restart_under_an_open_page(chromium, photo, tmp_path):
    text, page = Text("zh"), chromium.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(120_000)
    attend, typed = page.locator(".attend"), controls(page).get_by_label(text("patches.input.swin"))
    press = controls(page).get_by_role("button", name=text("patches.run"), exact=True)
    lost, trouble = page.get_by_text(text("page.lost")), page.locator(".lab-trouble:visible [role=alert]:not(:empty)")
    with browser.lab() as first:
        page.goto(f"{first.address}/zh#patches/attend")
        expect(attend).to_be_visible()
        upload(page, photo, tmp_path)
        page.wait_for_function("location.hash.includes('photo=own-')")
        shown = attend.get_attribute("data-file")
        typed.fill("typed and not sent")
        first.process.kill()
        first.process.wait()
        expect(lost).to_be_hidden()
        press.click()
        expect(lost).to_be_visible()
        assert attend.get_attribute("data-file") == shown
    with browser.lab(port=int(urlsplit(first.address).port or 0)):
        expect(lost).to_be_hidden()
        page.wait_for_function(ANSWERED, arg=shown)
        expect(status(page)).to_contain_text(re.compile("CPU|GPU|NVIDIA"))
        assert typed.input_value() == "typed and not sent" and "photo=own-" in page.url
        expect(trouble).to_have_count(0)
    with browser.lab(port=int(urlsplit(first.address).port or 0)):  # while the page rests
        press.click()
        page.wait_for_function(ANSWERED, arg=shown)
        expect(trouble).to_have_count(0)
    page.close()
