"""Everything that one can take away of every view: pictures, numbers, a page that plays alone, a hand-out, the code."""

import json
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from lab.exhibits import EXHIBITS
from lab.layout import TABLE
from lab.text import Text
from lab.views.payload import Payload
from models.checkpoint import revision

from .visitor import open_tab, saved_trace

pytestmark = pytest.mark.browser
TEXT = Text("en")
PATCHES = next(one for one in EXHIBITS if one.name == "patches")
SEEN = ".lab-column:visible .lab-widget:visible"


def take(page, kind):
    """What the menu gives, as bytes, and its file name."""
    page.get_by_role("button", name=TEXT("take.button"), exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=TEXT(f"take.{kind}"), exact=True).click()
    expect(page.locator("#lab-take")).to_be_hidden()
    return download.value.path().read_bytes(), download.value.suggested_filename


def tabs(exhibit):
    """The names of an exhibit's tabs, as the page has them."""
    views = [view for _, view in exhibit.views.values() if not view.aside]
    return [
        *([TABLE] if any(view.verdict for view in views) and len(views) > 1 else []),
        *(view.name for view in views),
    ]


def open_view(page, exhibit, tab):
    """Open a view by its tab, and wait until it is drawn."""
    page.locator(f".lab-exhibits a[data-exhibit={exhibit.name}]").click()
    if len(tabs(exhibit)) > 1:
        open_tab(page, TEXT(f"{exhibit.name}.{TABLE}" if tab == TABLE else f"{exhibit.name}.view.{tab}.tab"))
    expect(page).to_have_url(re.compile(f"#{exhibit.name}/{tab}$"))
    for widget in page.locator(SEEN).all():
        expect(widget).to_have_attribute("data-pending", "no")


def picture(content):
    """(row, column, RGB) of a PNG."""
    return np.asarray(Image.open(BytesIO(content)).convert("RGB"))


def arrays_of(plain):
    """The arrays of a payload in JSON."""
    return {
        name: np.frombuffer(b64decode(one["base64"]), "bool" if one["dtype"] == "bool" else one["dtype"]).reshape(
            one["shape"]
        )
        for name, one in plain.items()
    }


def same_payload(said, drawn):
    """That JSON has a payload's own numbers."""
    if isinstance(drawn, Payload):
        arrays = arrays_of(said.pop("arrays", {}))
        assert said == json.loads(json.dumps(drawn.meta))
        assert arrays.keys() == drawn.arrays.keys()
        for name, array in drawn.arrays.items():
            np.testing.assert_array_equal(arrays[name], array)
    elif "charts" in said:
        assert said["charts"] == json.loads(json.dumps(drawn if isinstance(drawn, list) else [drawn]))
    else:
        assert said.keys() == drawn.keys()
        for name, part in drawn.items():
            same_payload(said[name], part)


def check_numbers(content, exhibit, tab):
    """That JSON says what the saved trace says."""
    said = json.loads(content)
    assert (
        said["exhibit"] == exhibit.name and said["view"] == tab and said["address"].endswith(f"#{exhibit.name}/{tab}")
    )
    assert said["versions"]["numpy"] == np.__version__
    run, view = exhibit.views[tab] if tab != TABLE else (exhibit.runs[0], None)
    assert {one["name"] for one in said["runs"]} >= {run.name}
    assert all(name and revision for one in said["runs"] for name, revision in one["models"])
    if view and not run.fresh:
        trace = saved_trace(exhibit, run.name, run.trace)
        for widget in said["widgets"]:
            shown = exhibit.views[widget["view"]][1]
            assert widget["reading"] and shown.payload
            same_payload(widget["payload"], shown.payload(trace, TEXT))
        assert said["truth"][tab] == view.truth
    if not said["widgets"]:
        assert len(" ".join(said["text"])) > 100
    assert len(set(said["text"])) == len(said["text"])
    return said


def shown(page):
    """What the widgets that are seen say of themselves, by exhibit and view."""
    said = page.locator(f"{SEEN}, .lab-sheet .lab-widget").evaluate_all("all => all.map(root => ({...root.dataset}))")
    return {data.pop("of"): {**data, "file": ""} for data in said}


def check_alone(chromium, file, before):
    """That a file opened alone shows its widgets as they were, steps, and asks nobody for anything."""
    context = chromium.new_context(offline=True, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    expect(page.locator(".lab-sheet footer")).to_contain_text("Attention Lab")
    for name, data in before.items():
        root = page.locator(f'.lab-widget[data-of="{name}"]')
        expect(root).to_have_attribute("data-pending", "no")
        assert shown(page)[name] == data
        of_one = root.locator("input[type=range][max='0']").count()  # a film of a single picture, which is hidden
        if "step" in data and not of_one:
            root.press("[" if data["step"] != "0" else "]")
            expect(root).not_to_have_attribute("data-step", data["step"])
    assert not errors
    assert all(url.startswith(("file:", "data:", "blob:")) for url in requests), requests
    context.close()


def unlike(exhibit):
    """The tabs of an exhibit, but of those with charts the first alone: one widget draws all charts."""
    charts = [name for name, (_, view) in exhibit.views.items() if view.widget == "chart"]
    return [tab for tab in tabs(exhibit) if tab not in charts[1:]]


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=[exhibit.name for exhibit in EXHIBITS])
def test_every_view_can_be_taken_away(page, chromium, tmp_path, exhibit):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    for tab in tabs(exhibit):
        open_view(page, exhibit, tab)
        check_numbers(take(page, "json")[0], exhibit, tab)
        if tab == tabs(exhibit)[0]:  # a PNG is drawn from such an SVG
            words = " ".join(ElementTree.fromstring(take(page, "svg")[0]).itertext())
            assert f"#{exhibit.name}/{tab}" in words and TEXT(f"{exhibit.name}.tab") in words
        if tab not in unlike(exhibit):
            continue
        content, name = take(page, "png")
        assert re.fullmatch(rf"attention-lab-{exhibit.name}-{tab}-\d{{4}}-\d\d-\d\d\.png", name)
        pixels = picture(content)
        assert min(pixels.shape[:2]) > 300 and len(np.unique(pixels @ (65536, 256, 1))) > 100
        file = tmp_path / f"{tab}.html"
        file.write_bytes(take(page, "html")[0])
        check_alone(chromium, file, shown(page))


def test_pictures_and_numbers_follow_the_state(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    open_view(page, PATCHES, "attend")
    before, said = picture(take(page, "png")[0]), json.loads(take(page, "json")[0])["widgets"]
    page.locator(".lab-widget.attend").press("[")
    expect(page.locator(".lab-widget.attend")).to_have_attribute("data-step", "10")
    after, now = picture(take(page, "png")[0]), json.loads(take(page, "json")[0])["widgets"]
    assert before.shape != after.shape or (before != after).any(-1).mean() > 0.01
    assert (said[0]["state"]["step"], now[0]["state"]["step"]) == (11, 10)
    assert said[0]["reading"] != now[0]["reading"]


def test_what_needs_the_lab_says_so_in_a_file_that_is_alone(page, chromium, tmp_path):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    fields = next(one for one in EXHIBITS if one.name == "fields")
    open_view(page, fields, "field")
    (tmp_path / "field.html").write_bytes(take(page, "html")[0])
    context = chromium.new_context(offline=True)
    alone = context.new_page()
    alone.goto((tmp_path / "field.html").as_uri())
    expect(alone.locator(".lab-widget.field")).to_have_attribute("data-pending", "no")
    alone.locator(".lab-widget.field .stage").first.click(position={"x": 20, "y": 20})
    expect(alone.locator(".lab-said")).to_have_text(TEXT("take.word.alone"))
    expect(alone.locator(".lab-widget.field")).to_have_attribute("data-pending", "no")
    context.close()


def test_printing_gives_one_sheet_of_the_open_view_alone(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    page.keyboard.press("t")
    open_view(page, PATCHES, "attend")
    assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 1
    expect(page.locator("body")).to_have_class(re.compile("dark"))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    seen = page.locator("body").inner_text()
    assert TEXT("patches.view.attend.tab") in seen and page.url in seen and "Dosovitskiy" in seen
    assert "patch 106" in seen
    for unseen in (TEXT("patches.run"), TEXT("page.title"), TEXT("patches.view.cut.tab"), TEXT("take.button")):
        assert unseen not in seen.splitlines()
    assert page.evaluate("getComputedStyle(document.querySelector('.lab-sheet')).color") == "rgb(30, 41, 59)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator(".lab-sheet")).to_have_count(0)
    expect(page.get_by_role("button", name=TEXT("patches.run"), exact=True)).to_be_visible()


def test_the_menu_works_by_keyboard_and_shows_the_code(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    button = page.get_by_role("button", name=TEXT("take.button"), exact=True)
    button.press("Enter")
    items = page.locator("#lab-take button")
    expect(items.first).to_be_focused()
    assert all(item.bounding_box()["height"] >= 24 for item in items.all())
    page.keyboard.press("Escape")
    expect(page.locator("#lab-take")).to_be_hidden()
    expect(button).to_be_focused()
    button.press("Enter")
    items.last.press("Enter")
    code = page.locator(".lab-code pre")
    expect(code).to_contain_text("found = models.vit.trace.trace(")
    compile(code.inner_text(), "code", "exec")
    page.keyboard.press("Escape")
    expect(code).to_have_count(0)
    expect(button).to_be_focused()


def test_numbers_say_when_and_with_which_weights_they_were_computed(blank, server):
    page = blank
    page.goto(f"{server}/#patches/relevance?photo=cat")
    expect(page.locator(".lab-widget.relevance")).to_have_attribute("data-pending", "no")
    said = json.loads(take(page, "json")[0])
    (run,) = said["runs"]
    assert said["inputs"] == {"photo": "cat", "vit": "vit-imagenette"}
    assert run["models"] == [["vit-imagenette", revision("vit-imagenette")]] and run["precision"] == ["float32"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(run["date"])) < timedelta(minutes=10)
    assert said["address"].endswith("#patches/relevance?photo=cat")
