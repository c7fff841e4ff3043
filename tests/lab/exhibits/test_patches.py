"""A visitor's journey in a real Chromium: what is drawn equals the trace, and playing back asks nobody."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab import style
from lab.exhibit import saved_run
from lab.exhibits.patches import EXHIBIT, FIRST_SWIN, FIRST_VIT
from lab.views.patches import distance
from models.swin.trace import trace as swin_trace
from models.swin.windows import group, reach
from models.traces import PatchesTrace
from models.vit.trace import trace

CELLS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"


@pytest.fixture
def page(page):
    """The page when its first picture is there."""
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    expect(page.get_by_text("Models run on this server")).to_be_visible()
    return page


def canvas(page, selector):
    return np.array(page.eval_on_selector(selector, CELLS)).reshape(-1, 4)[:, :3]


def heat(row, prefix=1):
    weights = row[prefix:]
    return np.array(style.colour_map())[np.round(255 * weights / weights.max()).astype(int)]


def upload(page, photo, tmp_path, **models):
    """Choose models by the labels of their fields, then upload a photo, which starts the run."""
    file = tmp_path / "photo.png"
    photo.save(file)
    for label, model in models.items():
        field = page.get_by_label(re.compile(label))
        field.fill(str(model))
        field.press("Enter")
    page.locator("button[aria-label='Remove Image']").click()
    page.set_input_files("input[type=file]", file)


def point(page, selector, column, row, columns, rows):
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] * (column + 0.5) / columns, box["y"] + box["height"] * (row + 0.5) / rows


def test_the_saved_run_is_what_the_models_say_today():
    saved, today = PatchesTrace.load(saved_run(EXHIBIT.name)), EXHIBIT.first()
    assert (saved.vit.model, saved.swin.model) == (FIRST_VIT, FIRST_SWIN)
    assert (saved.vit.grid, saved.vit.labels) == (today.vit.grid, today.vit.labels)
    close = {"rtol": 5e-3, "atol": 2e-3}
    for kind, names in {
        "vit": ("pixels", "attention", "lens_probability", "patch_vector", "embedding", "position_similarity"),
        "swin": ("pixels", "probability"),
    }.items():
        for name in names:
            before, now = (getattr(getattr(run, kind), name) for run in (saved, today))
            np.testing.assert_allclose(before, now, err_msg=name, **close)
    for before, now in zip(saved.swin.blocks, today.swin.blocks, strict=True):
        np.testing.assert_array_equal(before.window_token, now.window_token)
        np.testing.assert_allclose(before.attention, now.attention, **close)


@pytest.mark.browser
def test_the_first_picture_comes_at_once_from_the_saved_run(page):
    saved = PatchesTrace.load(saved_run("patches")).vit
    np.testing.assert_array_equal(canvas(page, ".cut .photo"), saved.pixels.reshape(-1, 3))
    answer = saved.labels[int(saved.probability.argmax())]
    expect(page.get_by_test_id("label-output-value")).to_have_text(answer)
    expect(page.get_by_text("comes from a saved run")).to_be_visible()


@pytest.mark.browser
def test_cut(page):
    saved = PatchesTrace.load(saved_run("patches")).vit
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
    expect(cut.locator(".sum")).to_contain_text("N = 7 × 7 = 49 tokens of 3,072 numbers")
    expect(cut.locator(".vector-line")).to_contain_text("no embedding to show")
    assert not page.requests


@pytest.mark.browser
def test_attend_on_the_visitors_photo_and_model(page, tiny_vit, photo, tmp_path):
    seen = trace(photo, str(tiny_vit))
    page.get_by_role("tab", name="Attend").click()
    upload(page, photo, tmp_path, Vision=tiny_vit)
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
    page.keyboard.press("Escape")
    expect(attend).to_have_attribute("data-pinned", "no")
    attend.get_by_role("button", name="Play").click()
    expect(attend).to_have_attribute("data-layer", "3")
    assert not page.requests


@pytest.mark.browser
def test_another_photo_keeps_what_was_chosen(page):
    attend = page.locator(".attend")
    page.get_by_role("tab", name="Attend").click()
    page.mouse.click(*point(page, ".attend .stage", 3, 2, 14, 14))
    attend.locator(".thumbs button").nth(1).click()
    page.keyboard.press("[")
    expect(attend).to_have_attribute("data-layer", "11")
    before, first = canvas(page, ".attend .photo"), attend.get_attribute("data-file")
    page.locator(".gallery-item").nth(1).click()
    expect(attend).not_to_have_attribute("data-file", first, timeout=60_000)
    assert np.any(canvas(page, ".attend .photo") != before)
    for name, value in {"layer": "11", "head": "1", "query": str(1 + 2 * 14 + 3), "pinned": "yes"}.items():
        expect(attend).to_have_attribute(f"data-{name}", value)


@pytest.mark.browser
def test_a_changed_choice_is_told_from_the_results(page):
    field = page.get_by_label(re.compile("Vision"))
    field.fill("another/model")
    field.press("Enter")
    expect(page.locator(".note").last).to_contain_text("You have changed something")


@pytest.mark.browser
def test_charts_show_what_was_measured(page):
    saved = PatchesTrace.load(saved_run("patches")).vit
    drawn = "plot => plot._fullData.map(line => [...line.y])"
    page.get_by_role("tab", name="Distance").click()
    expect(page.locator(".chart[data-drawn='4']")).to_be_visible()
    measured, uniform = distance.distances(saved)
    heads = page.eval_on_selector(".chart[data-drawn='4'] .plot", drawn)
    np.testing.assert_allclose(heads[:3], measured.T, rtol=1e-4)
    np.testing.assert_allclose(heads[3], uniform, rtol=1e-4)
    page.get_by_role("tab", name="Prediction by depth").click()
    expect(page.locator(".chart[data-drawn='5']")).to_be_visible()
    first = page.eval_on_selector(".chart[data-drawn='5'] .plot", drawn)[0]
    np.testing.assert_allclose(first, saved.lens_probability[:, saved.probability.argmax()], rtol=1e-4)


@pytest.mark.browser
def test_windows_film(page, tiny_swin, photo, tmp_path):
    blocks = swin_trace(photo, str(tiny_swin)).blocks
    page.get_by_role("tab", name="Windows", exact=False).last.click()
    upload(page, photo, tmp_path, Swin=tiny_swin)
    film = page.locator(".windows")
    expect(film.locator(".moving canvas")).to_have_count(7, timeout=60_000)
    page.requests.clear()
    page.mouse.click(*point(page, ".windows .stage", 0, 0, 8, 8))
    expect(film).to_have_attribute("data-token", "0")

    kinds = []
    for step in range(8):
        expect(film).to_have_attribute("data-frame", str(step))
        kinds.append(film.get_attribute("data-kind"))
        page.keyboard.press("]")
    assert kinds == ["grid", "partition", "attention", "shift", "mask", "attention", "reverse", "merge"]

    film.locator(".jumps button").nth(1).click()
    page.mouse.move(*point(page, ".windows .stage", 0, 0, 8, 8))
    page.keyboard.press("Space")
    expect(film).to_have_attribute("data-kind", "mask")
    page.keyboard.press("Space")
    film.locator(".jumps button").nth(1).click()
    for _ in range(2):
        film.get_by_role("button", name="Step forward").click()
    expect(film).to_have_attribute("data-kind", "attention")
    block, (window, slot) = blocks[1], np.argwhere(blocks[1].window_token == 0)[0]
    expect(film).to_have_attribute("data-window", str(window))
    drawn = canvas(page, ".windows .heat").reshape(8, 8, 3)
    expected = np.zeros((8, 8, 3))
    row = block.attention[window, :, slot].mean(0)
    colours = np.array(style.colour_map())[np.round(255 * row / row.max()).astype(int)]
    for key, token in enumerate(block.window_token[window]):
        expected[(token // 8 - 1) % 8, (token % 8 - 1) % 8] = colours[key]
    assert np.abs(drawn - expected).max() <= 8
    assert int(film.get_attribute("data-open")) == 1

    grids = [one.grid for one in blocks]
    for name, shifts in (("moving", [one.shift_size for one in blocks]), ("still", [0] * len(blocks))):
        groups = [group(one.grid, one.window_size, shift) for one, shift in zip(blocks, shifts, strict=True)]
        expected_reach = [mask.sum() for mask in reach(groups, grids, 0)]
        yellow = "canvases => canvases.map(c => [...c.getContext('2d').getImageData(0, 0, 8, 8).data])"
        cells = np.array(page.eval_on_selector_all(f".windows .{name} canvas", yellow)).reshape(7, 64, 4)
        assert [int((one[:, 0] == 255).sum()) for one in cells] == expected_reach

    page.mouse.click(*point(page, ".windows .stage", 3, 3, 8, 8))
    expect(film).to_have_attribute("data-open", "4")
    before = canvas(page, ".windows .heat")
    film.locator(".heads button").nth(1).click()
    expect(film).to_have_attribute("data-head", "1")
    assert np.any(canvas(page, ".windows .heat") != before)
    assert not page.requests


@pytest.mark.browser
def test_side_by_side(page):
    saved = PatchesTrace.load(saved_run("patches"))
    page.get_by_role("tab", name="Side by side").click()
    pair = page.locator(".pair")
    expect(pair).to_have_attribute("data-step", "4")
    page.requests.clear()
    page.mouse.click(*point(page, ".pair .swin .stage", 0, 0, 14, 14))
    expect(pair).to_have_attribute("data-pinned", "yes")
    expect(pair.locator(".vit")).to_have_attribute("data-token", "0")
    drawn = canvas(page, ".pair .vit .heat")
    assert np.abs(drawn - heat(saved.vit.attention[4, :, 1].mean(0))).max() <= 8
    block = saved.swin.blocks[4]
    row, token = block.attention[0, :, 0].mean(0), block.window_token[0]
    weights = np.zeros(block.grid[0] * block.grid[1])
    weights[token] = row
    assert np.abs(canvas(page, ".pair .swin .heat") - heat(weights, prefix=0)).max() <= 8
    visible = str(int((group(block.grid, block.window_size, block.shift_size) == 0).sum()))
    expect(pair.locator(".swin")).to_have_attribute("data-visible", visible)
    pair.get_by_role("button", name="Step forward").click()
    expect(pair).to_have_attribute("data-step", "5")
    assert np.any(canvas(page, ".pair .vit .heat") != drawn)
    assert not page.requests


@pytest.mark.browser
def test_an_example_runs_by_itself(page):
    first = page.locator(".cut").get_attribute("data-file")
    page.locator(".gallery-item").nth(1).click()
    expect(page.get_by_text(re.compile(r"Took [\d.]+ s on"))).to_be_visible(timeout=60_000)
    expect(page.locator(".cut")).not_to_have_attribute("data-file", first)
    saved = PatchesTrace.load(saved_run("patches")).vit
    assert np.any(canvas(page, ".cut .photo") != saved.pixels.reshape(-1, 3))


@pytest.mark.browser
def test_without_a_photo_there_is_a_sentence(page):
    page.locator("button[aria-label='Remove Image']").click()
    page.get_by_role("button", name="Look", exact=True).click()
    expect(page.get_by_test_id("toast-text")).to_contain_text("Please choose a photo first", timeout=30_000)
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")


@pytest.mark.browser
def test_a_wrong_model_gives_a_sentence_in_chinese(page, photo, tmp_path):
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="注意力实验室")).to_be_visible()
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    upload(page, photo, tmp_path, ViT="no such model")
    expect(page.locator(".status").last).to_contain_text("找不到模型“no such model”", timeout=30_000)
    expect(page.get_by_test_id("toast-text")).to_contain_text("找不到模型“no such model”")
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")


@pytest.mark.browser
def test_the_f_key_gives_the_views_the_whole_page(page):
    before = page.locator(".cut .stage").bounding_box()["x"]
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Look", exact=True)).to_be_hidden()
    assert page.locator(".cut .stage").bounding_box()["x"] < before
    page.get_by_role("button", name="Large view").click()
    expect(page.get_by_role("button", name="Look", exact=True)).to_be_visible()


@pytest.mark.browser
def test_results_that_are_gone_give_a_sentence(page):
    page.route("**/first.bin.gz", lambda route: route.fulfill(status=404))
    page.reload()
    expect(page.get_by_text("no longer on the server")).to_be_visible()
    page.unroute("**/first.bin.gz")
    page.locator(".gallery-item").nth(1).click()
    expect(page.locator(".cut")).to_have_attribute("data-count", "196", timeout=60_000)
    expect(page.get_by_text("no longer on the server")).to_have_count(0)
    page.errors.clear()


@pytest.mark.browser
def test_the_t_key_turns_the_page_dark_and_it_stays_dark(page):
    dark = "document.body.classList.contains('dark')"
    before = page.evaluate(dark)
    page.keyboard.press("t")
    assert page.evaluate(dark) != before
    page.reload()
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    assert page.evaluate(dark) != before
