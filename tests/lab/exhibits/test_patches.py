"""A visitor's journey in a real Chromium: what is drawn equals the trace, and playing back asks nobody."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab import style
from lab.exhibit import saved_run
from lab.exhibits.patches import EXHIBIT, FIRST_MODEL
from lab.views import patches
from models.traces import VitTrace
from models.vit.trace import trace

CELLS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"


@pytest.fixture
def page(server, chromium):
    """The English page, with `errors` and `requests` recorded on it."""
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.errors, page.requests = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    page.goto(server)
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    expect(page.get_by_text("Models run on this server")).to_be_visible()
    yield page
    assert not page.errors
    assert all(url.startswith((server, "data:", "blob:")) for url in page.requests), page.requests
    page.close()


def canvas(page, selector):
    return np.array(page.eval_on_selector(selector, CELLS)).reshape(-1, 4)[:, :3]


def heat(row, prefix=1):
    weights = row[prefix:]
    return np.array(style.colour_map())[np.round(255 * weights / weights.max()).astype(int)]


def upload(page, photo, tmp_path, model=None):
    file = tmp_path / "photo.png"
    photo.save(file)
    if model:
        field = page.get_by_label(re.compile("^(Model|模型)"))
        field.fill(str(model))
        field.press("Enter")
    page.locator("button[aria-label='Remove Image']").click()
    page.set_input_files("input[type=file]", file)


def point(page, selector, column, row, columns, rows):
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] * (column + 0.5) / columns, box["y"] + box["height"] * (row + 0.5) / rows


def test_the_saved_run_is_what_the_model_says_today():
    saved, today = VitTrace.load(saved_run(EXHIBIT.name)), EXHIBIT.first()
    assert (saved.model, saved.grid, saved.labels) == (FIRST_MODEL, today.grid, today.labels)
    np.testing.assert_array_equal(saved.pixels, today.pixels)
    for name in ("attention", "lens", "patch_vector", "embedding", "position_similarity"):
        np.testing.assert_allclose(getattr(saved, name), getattr(today, name), rtol=5e-3, atol=2e-3, err_msg=name)


@pytest.mark.browser
def test_the_first_picture_comes_at_once_from_the_saved_run(page):
    saved = VitTrace.load(saved_run("patches"))
    np.testing.assert_array_equal(canvas(page, ".cut .photo"), saved.pixels.reshape(-1, 3))
    answer = saved.labels[int(saved.probability.argmax())]
    expect(page.get_by_test_id("label-output-value")).to_have_text(answer)
    expect(page.get_by_text("comes from a saved run")).to_be_visible()


@pytest.mark.browser
def test_cut(page):
    saved = VitTrace.load(saved_run("patches"))
    cut = page.locator(".cut")
    page.requests.clear()
    before = canvas(page, ".cut .rgb")
    page.mouse.move(*point(page, ".cut .stage", 2, 3, 14, 14))
    expect(cut).to_have_attribute("data-patch", str(3 * 14 + 2 + 1))
    length = np.linalg.norm(saved.embedding[3 * 14 + 2])
    assert float(cut.get_attribute("data-embedding")) == pytest.approx(length, rel=0.02)
    others = np.delete(saved.position_similarity[1 + 3 * 14 + 2, 1:], 3 * 14 + 2)
    assert float(cut.get_attribute("data-cosine")) == pytest.approx(others.max(), abs=0.01)
    np.testing.assert_array_equal(canvas(page, ".cut .rgb"), saved.pixels[48:64, 32:48].reshape(-1, 3))
    assert np.any(canvas(page, ".cut .rgb") != before)
    vector = saved.patch_vector[3 * 14 + 2]
    colours = np.array(style.diverging_map())[np.round(127 + 127 * vector / np.abs(vector).max()).astype(int)]
    assert np.abs(canvas(page, ".cut .vector") - colours).max() <= 8

    page.mouse.click(*point(page, ".cut .stage", 2, 3, 14, 14))
    expect(cut).to_have_attribute("data-pinned", "yes")
    page.mouse.move(*point(page, ".cut .stage", 9, 9, 14, 14))
    page.keyboard.press("ArrowDown")
    expect(cut).to_have_attribute("data-patch", str(4 * 14 + 2 + 1))

    cut.get_by_role("button", name="32", exact=True).click()
    expect(cut).to_have_attribute("data-count", "49")
    expect(cut.locator(".sum")).to_contain_text("N = 7 × 7 = 49 tokens of 3072 numbers")
    expect(cut.locator(".vector-line")).to_contain_text("no embedding to show")
    assert not page.requests


@pytest.mark.browser
def test_attend_on_the_visitors_photo_and_model(page, tiny_vit, photo, tmp_path):
    seen = trace(photo, str(tiny_vit))
    page.get_by_role("tab", name="Attend").click()
    upload(page, photo, tmp_path, tiny_vit)
    attend = page.locator(".attend")
    expect(attend.locator(".layer")).to_have_text("3 / 3", timeout=60_000)
    expect(page.get_by_text(re.compile(r"Took [\d.]+ s on CPU"))).to_be_visible()
    page.requests.clear()

    page.mouse.move(*point(page, ".attend .stage", 1, 2, 4, 4))
    patch = 2 * 4 + 1
    expect(attend).to_have_attribute("data-query", str(1 + patch))
    assert np.abs(canvas(page, ".attend .heat") - heat(seen.attention[2].mean(0)[1 + patch])).max() <= 6

    falling = np.sort(seen.attention[2].mean(0)[1 + patch, 1:])[::-1].cumsum()
    expect(attend).to_have_attribute("data-half", str(int(np.argmax(falling >= falling[-1] / 2)) + 1))

    page.mouse.click(*point(page, ".attend .stage", 1, 2, 4, 4))
    attend.locator(".thumbs button").nth(1).click()
    expect(attend).to_have_attribute("data-head", "1")
    before = canvas(page, ".attend .heat")
    assert np.abs(before - heat(seen.attention[2, 1, 1 + patch])).max() <= 6
    assert np.abs(canvas(page, ".attend .thumbs canvas") - heat(seen.attention[2, 0, 1 + patch])).max() <= 6

    attend.focus()
    page.keyboard.press("ArrowRight")
    expect(attend).to_have_attribute("data-query", str(2 + patch))
    page.keyboard.press("[")
    expect(attend).to_have_attribute("data-layer", "2")
    after = canvas(page, ".attend .heat")
    assert np.abs(after - heat(seen.attention[1, 1, 2 + patch])).max() <= 6
    assert np.abs(after - before).max() > 6

    attend.get_by_role("button", name="CLS").click()
    expect(attend).to_have_attribute("data-query", "0")
    assert np.abs(canvas(page, ".attend .heat") - heat(seen.attention[1, 1, 0])).max() <= 6
    page.keyboard.press("ArrowRight")
    attend.get_by_role("button", name="Play").click()
    expect(attend).to_have_attribute("data-layer", "3")
    assert not page.requests


@pytest.mark.browser
def test_charts_show_what_was_measured(page):
    saved = VitTrace.load(saved_run("patches"))
    drawn = "plot => plot._fullData.map(line => [...line.y])"
    page.get_by_role("tab", name="Distance").click()
    expect(page.locator(".chart[data-drawn='4']")).to_be_visible()
    measured, uniform = patches.distances(saved)
    heads = page.eval_on_selector(".chart[data-drawn='4'] .plot", drawn)
    np.testing.assert_allclose(heads[:3], measured.T, rtol=1e-4)
    np.testing.assert_allclose(heads[3], uniform, rtol=1e-4)
    page.get_by_role("tab", name="Prediction by depth").click()
    expect(page.locator(".chart[data-drawn='5']")).to_be_visible()
    first = page.eval_on_selector(".chart[data-drawn='5'] .plot", drawn)[0]
    np.testing.assert_allclose(first, saved.lens[:, saved.probability.argmax()], rtol=1e-4)


@pytest.mark.browser
def test_an_example_runs_by_itself(page):
    page.locator(".gallery-item").nth(1).click()
    expect(page.get_by_text(re.compile(r"Took [\d.]+ s on"))).to_be_visible(timeout=60_000)
    saved = VitTrace.load(saved_run("patches"))
    assert np.any(canvas(page, ".cut .photo") != saved.pixels.reshape(-1, 3))


@pytest.mark.browser
def test_without_a_photo_there_is_a_sentence(page):
    page.locator("button[aria-label='Remove Image']").click()
    page.get_by_role("button", name="Look", exact=True).click()
    expect(page.get_by_text("Please choose a photo first")).to_be_visible(timeout=30_000)
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")


@pytest.mark.browser
def test_a_wrong_model_gives_a_sentence_in_chinese(page, photo, tmp_path):
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="注意力实验室")).to_be_visible()
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    upload(page, photo, tmp_path, "no such model")
    expect(page.get_by_text("找不到模型“no such model”")).to_be_visible(timeout=30_000)
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")


@pytest.mark.browser
def test_the_t_key_turns_the_page_dark_and_it_stays_dark(page):
    dark = "document.body.classList.contains('dark')"
    before = page.evaluate(dark)
    page.keyboard.press("t")
    assert page.evaluate(dark) != before
    page.reload()
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    assert page.evaluate(dark) != before
