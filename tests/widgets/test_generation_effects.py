"""What each part does to the next token, in a browser, of a model with many layers."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.text import Text
from lab.views.generation import effects

from .drawn import data
from .generation_traces import deep_effects
from .generation_traces import effects as made

pytestmark = pytest.mark.browser
PRESENTED = """() => {
    document.body.style.cssText = "margin: 0; --lab-height: 700px; --lab-above: 60px; font: 15px/1.5 sans-serif";
    document.getElementById("element").style.width = "1244px";
    document.querySelector(".hint").hidden = true;
}"""
"""Presenter mode, as core/page.css lays it out."""
BOXES = """all => all.filter(one => one.textContent).map(one => one.getBoundingClientRect())
    .map(({top, bottom}) => [top, bottom])"""


@pytest.fixture(params=["en", "zh"])
def page(bench, request):
    payload = effects.payload(deep_effects(), Text(request.param))
    page = bench.open("generation/effects", bench.value(*payload), request.param)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.evaluate(PRESENTED)
    return page


def test_thirty_layers_fit_presenter_mode(page):
    assert page.locator(".effects").bounding_box()["height"] <= 640
    rows = page.locator(".lens-rows")
    assert rows.locator(".lens-row").count() == 31
    assert rows.evaluate("box => box.scrollHeight <= box.clientHeight")


def test_the_names_of_layers_stand_beside_their_rows_and_apart(page):
    stage = page.locator(".direct .stage").bounding_box()
    names = page.locator(".direct .layers span")
    boxes = names.evaluate_all(BOXES)
    assert all(below[0] >= above[1] - 1 for above, below in pairwise(boxes))
    numbers = [int(name) for name in names.all_inner_texts() if name]
    assert len(numbers) == len(boxes) and numbers[-1] == 30
    for number, (top, bottom) in zip(numbers, boxes, strict=True):
        middle = stage["y"] + stage["height"] * (number - 0.5) / 30
        assert (top + bottom) / 2 == pytest.approx(middle, abs=2)


def test_the_part_that_is_pointed_at_is_the_one_that_is_named(page):
    stage = page.locator(".without .stage")
    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * 9.5 / 10, "y": box["height"] * 17.5 / 30})
    expect(page.locator(".effects")).to_have_attribute("data-cell", str(17 * 10 + 9))
    wanted = deep_effects().without[17, 9, 0] - deep_effects().lens[-1, 0]
    assert float(data(page, "changes")) == pytest.approx(wanted, abs=1e-3)


def test_small_probabilities_of_a_large_vocabulary_are_said_as_the_claim_says_them(bench):
    trace = replace(made(), without=np.log(np.full((2, 4, 2), 0.0004)))
    text = Text("en")
    page = bench.open("generation/effects", bench.value(*effects.payload(trace, text)))
    assert "to 0.04%" in page.locator(".readout").inner_text() and "to 0.04%" in effects.claim(trace, text)
