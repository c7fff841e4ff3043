"""The lecture's table in a real Chromium: its sentences, and what its views draw, are those of the traces."""

import re
from html import unescape

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.cnn_vs_attention import EXHIBIT
from lab.text import Text
from lab.views.cnn_vs_attention import parameters
from tests.widgets.drawn import dots

from .visitor import (
    COLOURS,
    asking_nobody,
    colours,
    controls,
    figures,
    lines,
    open_exhibit,
    open_tab,
    same_lines,
    saved_trace,
    status,
)

pytestmark = pytest.mark.browser
ENGLISH = Text("en")
ROWS = [view for _, view in EXHIBIT.views.values() if view.verdict]


@pytest.fixture
def page(page):
    """The page with the exhibit open."""
    open_exhibit(page, "CNN and attention")
    return page


@pytest.fixture(scope="module")
def saved():
    return {run.name: saved_trace(EXHIBIT, run.name, run.trace) for run in EXHIBIT.runs}


def verdicts(page):
    return page.locator(".prose.verdict:visible")


def read(sentence):
    """What one reads of a sentence in Markdown."""
    return unescape(sentence)


def test_the_table_has_five_measured_sentences_and_a_new_photo_measures_them_anew(page, saved):
    assert [view.name for view in ROWS] == ["reach", "parameters", "data", "position", "convolution"]
    said = [read(view.verdict(saved[view.name], ENGLISH)) for view in ROWS if view.verdict]
    expect(verdicts(page)).to_have_text(said)
    controls(page).locator(".gallery-item").nth(1).click()
    not_yet = ENGLISH("run.not_yet")
    expect(status(page)).to_contain_text("Running", timeout=60_000)
    for place, view in enumerate(ROWS):
        row = verdicts(page).nth(place)
        if view.name in ("parameters", "data"):
            expect(row).to_have_text(said[place], timeout=300_000)
        else:
            expect(row).not_to_have_text(re.compile("|".join(map(re.escape, (said[place], not_yet)))), timeout=300_000)
    expect(verdicts(page).nth(3)).to_contain_text("When the tiles of this photo are shuffled")
    expect(status(page)).to_contain_text(re.compile(r"Took [\d.]+ s on"), timeout=300_000)

    open_tab(page, "4 · Position")
    moved = page.locator(".lab-widget.position")
    expect(moved.locator("canvas")).to_have_count(12)
    assert np.any(dots(moved.locator("canvas").first)[..., :3] != saved["position"].columns[0].pixels[0])


def test_a_rows_button_opens_its_view_and_every_view_draws_its_saved_run(page, saved):
    expect(verdicts(page)).to_have_count(5)
    for view in ROWS:
        open_tab(page, ENGLISH("cnn_vs_attention.table"))
        page.get_by_role("button", name=ENGLISH(f"cnn_vs_attention.view.{view.name}.row"), exact=True).click()
        tab = page.get_by_role("tab", name=ENGLISH(f"cnn_vs_attention.view.{view.name}.tab"))
        expect(tab).to_have_attribute("aria-selected", "true")
        if view.payload and view.widget == "chart":
            drawn = figures(view.payload(saved[view.name], ENGLISH))
            expect(page.locator(".chart:visible")).to_have_attribute("data-drawn", str(len(drawn)))
            same_lines(lines(page), drawn)
    claim = page.locator(".prose.claim:visible")
    open_tab(page, "2 · Parameters")
    expect(claim.locator("table tr").nth(1)).to_contain_text(saved["parameters"].model[0])
    assert "4·C²" in parameters.claim(saved["parameters"], ENGLISH)
    expect(claim.first).to_contain_text("4·C²")

    open_tab(page, "4 · Position")
    canvases = page.locator(".lab-widget.position canvas")
    pictures = [picture for column in saved["position"].columns for picture in column.pixels]
    expect(canvases).to_have_count(len(pictures))
    for canvas, picture in zip(canvases.all(), pictures, strict=True):
        np.testing.assert_array_equal(colours(canvas), picture)

    open_tab(page, "5 · Convolution as attention")
    convolution, trace = page.locator(".lab-widget.convolution"), saved["convolution"]
    expect(convolution).to_have_attribute("data-alpha", "1")
    with asking_nobody(page):
        convolution.hover()
        for _ in trace.alpha:
            page.keyboard.press("BracketRight")
        expect(convolution).to_have_attribute("data-step", str(len(trace.alpha) - 1))
        for name, where in (("inside", trace.interior), ("border", ~trace.interior)):
            error = trace.error[-1][where].max()
            assert float(convolution.get_attribute(f"data-{name}")) == pytest.approx(error, rel=0.01)

    open_tab(page, "6 · Attribution")
    evidence = page.locator(".lab-widget.attribution")
    expect(evidence.locator(".column")).to_have_count(len(saved["attribution"].columns))
    with asking_nobody(page):
        evidence.get_by_role("button", name="Grad-CAM").click()
        expect(evidence).to_have_attribute("data-mode", "cam")
        cam = saved["attribution"].columns[0].grad_cam
        byte = np.round(255 * cam / cam.max()).astype(int)
        assert np.abs(colours(evidence.locator(".heat").first) - COLOURS[byte]).max() <= 4
