"""The lab as strangers meet it: in a browser, and as a program asks it."""

import re
import sysconfig
import tempfile
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from lab.exhibits import patches
from lab.text import Text
from tests.lab.exhibits.visitor import choose, controls, trouble
from tests.lab.test_bad_input import Form, picture, upload

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "<img src=//other.example/ onerror=window.hit=1><b>bold</b>"
PLACES = (ROOT, tempfile.gettempdir(), sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), Path.home())


@pytest.mark.slow
def test_no_page_and_no_answer_tells_a_path_of_the_server(server):
    look = Form(server, patches.EXHIBIT)
    asked = [
        look.press(photo=upload(server, picture(), "a.png")),
        look.press(photo=upload(server, b"text", "a.png")),
        look.press(photo={"path": str(ROOT / "app.py")}),
        look.press(vit="owner/name"),
    ]
    assert asked[0] is None and all(asked[1:])
    said = [str(sentence) for sentence in asked] + look.heard
    said += [httpx.get(server + path, timeout=60).text for path in ("/", "/zh", "/config", "/gradio_api/info")]
    assert sum(map(len, said)) > 10**6
    for text in said:
        for place in PLACES:
            assert f"{place}/" not in text


@pytest.mark.slow
def test_the_lab_itself_stands_behind_the_guards(server):
    page = httpx.get(server, timeout=60)
    assert page.headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert httpx.get(f"{server}/gradio_api/deep_link?session_hash=a").status_code == 404
    assert httpx.get(server, headers={"Host": "other.example"}).status_code == 421
    assert httpx.post(f"{server}/gradio_api/upload", headers={"Origin": "https://other.example"}).status_code == 403
    assert httpx.post(f"{server}/gradio_api/queue/join", content=b"a" * 2_000_000).status_code == 413


@pytest.mark.browser
def test_what_a_visitor_writes_is_shown_as_text(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    controls(page).get_by_role("button", name=re.compile("^Remove Image$")).click()
    file = {"name": f"{HOSTILE.replace('/', '')}.png", "mimeType": "image/png", "buffer": picture()}
    controls(page).locator("input[type=file]").set_input_files(file)
    expect(page).to_have_url(re.compile("photo=own-"))
    choose(page, Vision=HOSTILE)
    page.get_by_role("button", name=Text("en")("patches.run"), exact=True).click()
    expect(trouble(page)).to_contain_text(HOSTILE)
    page.get_by_role("navigation").get_by_role("link", name=Text("en")("image_text.tab"), exact=True).click()
    controls(page).get_by_label(Text("en")("image_text.input.texts")).fill(f"{HOSTILE}\na cat")
    page.get_by_role("button", name=Text("en")("image_text.run"), exact=True).last.click()
    expect(page.locator(".lab-column:visible .lab-widget:visible").first).to_contain_text(HOSTILE)
    assert page.evaluate("window.hit") is None
    assert not page.locator("b", has_text="bold").count()


@pytest.mark.browser
def test_what_gets_into_a_page_all_the_same_does_nothing(chromium, server):
    page = chromium.new_page()
    page.goto(server)
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    for tried in (
        "document.body.insertAdjacentHTML('beforeend', '<img src=/none onerror=window.hit=1>')",
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'hit = 1'}))",
        "document.body.append(Object.assign(document.createElement('script'), {src: 'data:text/javascript,hit=1'}))",
        "document.body.insertAdjacentHTML('beforeend', '<iframe srcdoc=\"<script>top.hit=1</script>\"></iframe>')",
    ):
        page.evaluate(tried)
    page.wait_for_timeout(500)
    assert page.evaluate("window.hit") is None
    refused = "fetch('https://other.example/').then(() => 'came', (error) => error.message)"
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.evaluate(refused) != "came" and not [url for url in asked if "other.example" in url]
    page.close()
