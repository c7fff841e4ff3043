"""A visitor's photo in a real Chromium: what is drawn equals the trace, and playing back asks nobody."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.patches import EXHIBIT
from lab.text import Text
from lab.views.patches import deletion, distance, lens
from models.swin.windows import group, reach
from models.traces import SwinTrace, VitTrace

from .visitor import (
    asking_nobody,
    choose,
    colours,
    controls,
    figures,
    lines,
    measured,
    note,
    open_tab,
    point,
    same_lines,
    saved_trace,
    status,
    trouble,
    upload,
    weights,
)

pytestmark = pytest.mark.browser
ENGLISH = Text("en")


@pytest.fixture
def page(page):
    """The page when its first picture is there."""
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    return page


@pytest.fixture(scope="module")
def saved():
    return {run.name: saved_trace(EXHIBIT, run.name, run.trace) for run in EXHIBIT.runs}


def answer(trace):
    return ENGLISH.label(trace.labels[int(trace.probability.argmax())])


def in_window(block, window, slot, head="mean", shift=0):
    """The colours of a row of attention in a window, at the places of the map that was shifted by `shift`."""
    row = block.attention[window, :, slot].mean(0) if head == "mean" else block.attention[window, head, slot]
    shown = np.zeros((*block.grid, 3))
    for token, colour in zip(block.window_token[window], weights(row), strict=True):
        shown[(token // block.grid[1] - shift) % block.grid[0], (token % block.grid[1] - shift) % block.grid[1]] = (
            colour
        )
    return shown


def test_every_view_shows_its_saved_run_and_playing_asks_nobody(page, saved):
    vit = saved["vit"]
    expect(status(page)).to_contain_text("comes from a saved run")
    expect(page.get_by_text("Models run on this server")).to_be_visible()
    expect(page.locator(".lab-widget.answer")).to_have_attribute("data-label", answer(vit))
    expect(controls(page)).to_contain_text(f"answers: {answer(saved['swin'])}")
    cut = page.locator(".cut")
    np.testing.assert_array_equal(colours(cut.locator(".photo")), vit.pixels)
    with asking_nobody(page):
        page.mouse.move(*point(page, cut.locator(".stage"), 2, 3, (14, 14)))
        expect(cut).to_have_attribute("data-patch", str(3 * 14 + 2 + 1))
        np.testing.assert_array_equal(colours(cut.locator(".rgb")), vit.pixels[48:64, 32:48])
        length = np.linalg.norm(vit.embedding[3 * 14 + 2])
        assert float(cut.get_attribute("data-embedding")) == pytest.approx(length, rel=0.02)
        page.mouse.click(*point(page, cut.locator(".stage"), 2, 3, (14, 14)))
        expect(cut).to_have_attribute("data-pinned", "yes")
        page.mouse.move(*point(page, cut.locator(".stage"), 9, 9, (14, 14)))
        page.keyboard.press("ArrowDown")
        expect(cut).to_have_attribute("data-patch", str(4 * 14 + 2 + 1))
        cut.get_by_role("button", name="32", exact=True).click()
        expect(cut).to_have_attribute("data-count", "49")
        expect(cut.locator(".sum")).to_contain_text("N = 7 × 7 = 49 tokens of 3,072 numbers")

    open_tab(page, "2 · Attend")
    attend = page.locator(".attend")
    expect(attend).to_have_attribute("data-layer", "12")
    with asking_nobody(page):
        page.mouse.click(*point(page, attend.locator(".stage"), 3, 2, (14, 14)))
        query = 1 + 2 * 14 + 3
        expect(attend).to_have_attribute("data-query", str(query))
        row = vit.attention[11].mean(0)[query, 1:]
        assert np.abs(colours(attend.locator(".heat")) - weights(row).reshape(14, 14, 3)).max() <= 6
        falling = np.sort(row)[::-1].cumsum()
        assert attend.get_attribute("data-half") == str(int(np.argmax(falling >= falling[-1] / 2)) + 1)
        attend.locator(".thumbs button").nth(1).click()
        page.keyboard.press("[")
        expect(attend).to_have_attribute("data-layer", "11")
        row = vit.attention[10, 1, query, 1:]
        assert np.abs(colours(attend.locator(".heat")) - weights(row).reshape(14, 14, 3)).max() <= 6
        attend.get_by_role("button", name="Play").click()
        expect(attend).to_have_attribute("data-layer", "12")

    measured, uniform = distance.distances(vit)
    for name, drawn, wanted in (
        ("3 · Distance", "4", [*measured.T, [uniform, uniform]]),
        ("4 · Depth", "5", vit.lens_probability[:, np.argsort(-vit.probability)[:5]].T),
    ):
        open_tab(page, name)
        expect(page.locator(".chart:visible")).to_have_attribute("data-drawn", drawn)
        np.testing.assert_allclose(np.concatenate(lines(page)), np.concatenate([*wanted]), rtol=1e-4)
    expect(page.locator(".prose.claim:visible").first).to_contain_text(plain(lens.claim(vit, ENGLISH)))

    open_tab(page, "5 · Relevance")
    relevant, shown = page.locator(".relevance"), saved["relevance"].relevance[:, -1]
    expect(relevant).to_have_attribute("data-layer", "12")
    with asking_nobody(page):
        for at, row in enumerate(shown):
            relevant.locator(".thumbs button").nth(2 + at).click()
            expect(relevant).to_have_attribute("data-map", str(2 + at))
            assert np.abs(colours(relevant.locator(".heat")) - weights(row).reshape(14, 14, 3)).max() <= 6

    open_tab(page, "6 · Deletion")
    expect(page.locator(".chart:visible")).to_have_attribute("data-drawn", "14")
    same_lines(lines(page), figures(deletion.chart(saved["deletion"], ENGLISH)))
    found = page.locator(".prose.claim:visible").first
    expect(found).to_contain_text(plain(deletion.claim(saved["deletion"], ENGLISH)))
    expect(found.locator("li")).to_have_count(2)


def plain(sentence):
    """The first words of Markdown as they are read."""
    return sentence.replace("*", "").split("\n")[0][:60]


def test_windows_and_both_models_side_by_side_show_the_saved_run(page, saved):
    swin = saved["swin"]
    open_tab(page, "7 · Windows")
    film = page.locator(".windows")
    expect(film).to_have_attribute("data-kind", "grid")
    with asking_nobody(page):
        rows, columns = swin.blocks[0].grid
        page.mouse.click(*point(page, film.locator(".stage"), 0, 0, (rows, columns)))
        expect(film).to_have_attribute("data-token", "0")
        kinds = []
        for step in range(8):
            expect(film).to_have_attribute("data-frame", str(step))
            kinds.append(film.get_attribute("data-kind"))
            if film.get_attribute("data-kind") == "attention":
                block = swin.blocks[int(film.get_attribute("data-block"))]
                window, slot = np.argwhere(block.window_token == 0)[0]
                expect(film).to_have_attribute("data-window", str(window))
                shown = in_window(block, window, slot, shift=block.shift_size)
                seen = colours(film.locator(".heat"))
                assert np.abs(seen - shown)[shown.any(-1)].max() <= 8
                visible = (
                    group(block.grid, block.window_size, block.shift_size)
                    == group(block.grid, block.window_size, block.shift_size)[0]
                ).sum()
                assert film.get_attribute("data-open") == str(visible)
            page.keyboard.press("]")
        assert kinds == ["grid", "partition", "attention", "shift", "mask", "attention", "reverse", "merge"]
        grids = [one.grid for one in swin.blocks]
        for name, shifts in (("moving", [one.shift_size for one in swin.blocks]), ("still", [0] * len(grids))):
            groups = [group(one.grid, one.window_size, by) for one, by in zip(swin.blocks, shifts, strict=True)]
            reached = [int((colours(canvas)[..., 0] == 255).sum()) for canvas in film.locator(f".{name} canvas").all()]
            assert reached == [int(mask.sum()) for mask in reach(groups, grids, 0)]

    open_tab(page, "8 · Pair")
    pair, both = page.locator(".pair"), saved["pair"]
    expect(pair).to_have_attribute("data-step", "4")
    with asking_nobody(page):
        page.mouse.click(*point(page, pair.locator(".swin .stage"), 0, 0, (14, 14)))
        expect(pair).to_have_attribute("data-pinned", "yes")
        expect(pair.locator(".vit")).to_have_attribute("data-token", "0")
        row = both.vit.attention[4, :, 1, 1:].mean(0)
        assert np.abs(colours(pair.locator(".vit .heat")) - weights(row).reshape(14, 14, 3)).max() <= 8
        block = both.swin.blocks[4]
        seen, shown = colours(pair.locator(".swin .heat")), in_window(block, 0, 0)
        assert np.abs(seen - shown)[shown.any(-1)].max() <= 8
        visible = str(int((group(block.grid, block.window_size, block.shift_size) == 0).sum()))
        expect(pair.locator(".swin")).to_have_attribute("data-visible", visible)
        pair.get_by_role("button", name="Step forward").click()
        expect(pair).to_have_attribute("data-step", "5")


def test_a_mobilevit_shows_the_saved_run_pixel_by_pixel(page, saved):
    expect(controls(page)).to_contain_text(f"answers: {answer(saved['mobilevit'])}")
    open_tab(page, "9 · MobileViT")
    film = page.locator(".mobile")
    expect(film).to_have_attribute("data-kind", "input")
    block = saved["mobilevit"].blocks[1]
    with asking_nobody(page):
        film.get_by_role("button", name="2 · 12×12").click()
        page.mouse.click(*point(page, film.locator(".stage"), 3, 4, (12, 12)))
        for kind in ("local", "unfold", "attention", "attention"):
            page.keyboard.press("]")
            expect(film).to_have_attribute("data-kind", kind)
        film.get_by_role("button", name="3", exact=True).click()
        expect(film).to_have_attribute("data-head", "2")
    row = block.attention[1, 1, 2, 2 * 6 + 1].reshape(6, 6)
    assert np.abs(colours(film.locator(".heat"))[::2, 1::2] - weights(row).reshape(6, 6, 3)).max() <= 8
    assert film.get_attribute("data-reads") == "36" and film.get_attribute("data-reached") == "144"


def test_an_own_photo_through_own_models(page, tiny_vit, tiny_swin, photo, tmp_path):
    open_tab(page, "2 · Attend")
    attend = page.locator(".attend")
    expect(attend).to_have_attribute("data-layer", "12")
    page.mouse.click(*point(page, attend.locator(".stage"), 3, 2, (14, 14)))
    attend.locator(".thumbs button").nth(1).click()
    page.keyboard.press("[")
    expect(attend).to_have_attribute("data-layer", "11")
    before, first = colours(attend.locator(".photo")), attend.get_attribute("data-file")
    controls(page).locator(".gallery-item").nth(1).click()
    expect(attend).not_to_have_attribute("data-file", first, timeout=120_000)
    expect(status(page)).to_contain_text(re.compile(r"Took [\d.]+ s on"))
    assert np.any(colours(attend.locator(".photo")) != before)
    for name, value in {"layer": "11", "head": "1", "query": str(1 + 2 * 14 + 3), "pinned": "yes"}.items():
        expect(attend).to_have_attribute(f"data-{name}", value)

    choose(page, Vision=tiny_vit, Swin=tiny_swin)
    expect(note(page)).to_contain_text("You have changed something")
    upload(page, photo, tmp_path)
    expect(attend.locator(".layer")).to_have_text("3 / 3", timeout=120_000)
    vit = measured(EXHIBIT, "vit", VitTrace, photo=photo, vit=tiny_vit)
    swin = measured(EXHIBIT, "swin", SwinTrace, photo=photo, swin=tiny_swin)
    expect(page.locator(".lab-widget.answer")).to_have_attribute("data-label", answer(vit))
    page.mouse.move(*point(page, attend.locator(".stage"), 1, 2, (4, 4)))
    expect(attend).to_have_attribute("data-query", str(1 + 2 * 4 + 1))
    row = vit.attention[2].mean(0)[1 + 2 * 4 + 1, 1:]
    assert np.abs(colours(attend.locator(".heat")) - weights(row).reshape(4, 4, 3)).max() <= 6

    open_tab(page, "7 · Windows")
    film = page.locator(".windows")
    expect(film.locator(".moving canvas")).to_have_count(7, timeout=120_000)
    film.locator(".jumps button").nth(1).click()
    page.mouse.click(*point(page, film.locator(".stage"), 0, 0, (8, 8)))
    for _ in range(2):
        film.get_by_role("button", name="Step forward").click()
    expect(film).to_have_attribute("data-kind", "attention")
    token = int(film.get_attribute("data-token"))
    block = swin.blocks[1]
    window, slot = np.argwhere(block.window_token == token)[0]
    shown = in_window(block, window, slot, shift=1)
    assert np.abs(colours(film.locator(".heat")) - shown)[shown.any(-1)].max() <= 8

    controls(page).get_by_role("button", name=re.compile("^(Remove Image|移除照片)$")).click()
    controls(page).get_by_role("button", name="Look", exact=True).click()
    expect(trouble(page)).to_contain_text("Please choose a photo first")
    expect(film).to_have_attribute("data-kind", "attention")


def test_a_wrong_model_gives_a_sentence_in_chinese(page, photo, tmp_path):
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="注意力实验室")).to_be_visible()
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    choose(page, 视觉="no such model")
    upload(page, photo, tmp_path)
    expect(status(page)).to_contain_text("找不到模型“no such model”")
    expect(trouble(page)).to_contain_text("找不到模型“no such model”")
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
