"""A point of a visitor's photo in a real Chromium: what is drawn equals the trace, and playing asks nobody."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.fields import EXHIBIT
from lab.text import Text
from lab.views.fields import field, growth, published
from models.traces import FieldsTrace, TheoryTrace
from tests.widgets.drawn import dots, edges

from .visitor import (
    COLOURS,
    asking_nobody,
    choose,
    controls,
    figures,
    lines,
    measured,
    note,
    open_exhibit,
    open_tab,
    same_lines,
    saved_trace,
    status,
    trouble,
)

pytestmark = pytest.mark.browser
ENGLISH = Text("en")


@pytest.fixture
def page(page):
    """The page with the exhibit open and its first picture drawn."""
    open_exhibit(page, "Receptive Fields")
    expect(page.locator(".field[data-step]")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def saved():
    return saved_trace(EXHIBIT, "fields", FieldsTrace)


def drawn(page, trace, weights=0, images=0):
    """That every column shows the trace's field of the layer that it names, box and square included; those layers."""
    root = page.locator(".lab-widget.field")
    layers = [int(layer) for layer in root.get_attribute("data-layers").split(",")]
    for index, (layer, column) in enumerate(zip(layers, trace.columns, strict=True)):
        shown = root.locator(".column").nth(index)
        painted = dots(shown.locator(".heat"))
        byte = field.levels(column.field[weights, images, layer]).astype(int)
        np.testing.assert_array_equal(painted[..., 3], np.minimum(255, 2 * byte))
        clear = painted[..., 3] > 40
        assert clear.any()
        assert np.abs(painted[clear, :3] - COLOURS[byte[clear]]).max() <= 4
        expect(shown.locator(".layer")).to_have_text(column.layer_name[layer].replace("embedder", "stem"))
        np.testing.assert_allclose(edges(shown.locator(".box")), column.box[layer], atol=1e-4)
        np.testing.assert_allclose(edges(shown.locator(".square")), column.square[weights, images, layer], atol=1e-4)
    return layers


def click(root, down, across):
    """Click a point of the first column's picture."""
    stage = root.locator(".stage").first
    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * across, "y": box["height"] * down})


def test_every_view_shows_its_saved_run_and_playing_asks_nobody(page, saved):
    root = page.locator(".lab-widget.field")
    with asking_nobody(page):
        seen = [drawn(page, saved)]
        root.hover()
        for step in range(int(root.get_attribute("data-step")) + 1, 12):
            page.keyboard.press("BracketRight")
            expect(root).to_have_attribute("data-step", str(step))
            seen.append(drawn(page, saved))
        assert seen[-1] == [len(column.layer_name) - 1 for column in saved.columns]
        root.get_by_role("button", name="attention rollout").click()
        expect(root).to_have_attribute("data-mode", "rollout")
        rolled = saved.columns[1].rollout[-1]
        byte = field.levels(rolled / rolled.mean()).astype(int)
        np.testing.assert_array_equal(
            dots(root.locator(".column").nth(1).locator(".heat"))[..., 3], np.minimum(255, 2 * byte)
        )
    open_tab(page, "2 · Growth")
    chart = figures(growth.chart(saved, ENGLISH))
    expect(page.locator(".chart:visible")).to_have_attribute("data-drawn", str(len(chart)))
    same_lines(lines(page), chart)
    open_tab(page, "3 · By theory alone")
    theory = published.claim(saved_trace(EXHIBIT, "published", TheoryTrace), ENGLISH)
    expect(page.locator(".prose.claim:visible").first).to_contain_text(theory.split(": ")[-1])


def test_random_weights_are_a_saved_run_too(page):
    root = page.locator(".lab-widget.field")
    both = saved_trace(EXHIBIT, "fields", FieldsTrace, "random")
    expect(root.locator(".weights")).to_be_hidden()
    controls(page).get_by_label(ENGLISH("fields.input.random")).check()
    controls(page).get_by_role("button", name="Look", exact=True).click()
    expect(root.locator(".weights")).to_be_visible()
    expect(status(page)).to_contain_text("saved run")
    drawn(page, both)
    root.get_by_role("button", name="random weights").click()
    expect(root).to_have_attribute("data-weights", "1")
    drawn(page, both, weights=1)
    open_tab(page, "2 · Growth")
    same_lines(lines(page), figures(growth.chart(both, ENGLISH)))


def test_the_average_over_the_example_photos_is_a_saved_run_too(page, saved):
    root = page.locator(".lab-widget.field")
    average = saved_trace(EXHIBIT, "fields", FieldsTrace, "average")
    expect(root.locator(".images")).to_be_hidden()
    controls(page).get_by_label(ENGLISH("fields.input.average")).check()
    controls(page).get_by_role("button", name="Look", exact=True).click()
    expect(root.locator(".images")).to_be_visible()
    expect(status(page)).to_contain_text("saved run")
    drawn(page, average)
    root.get_by_role("button", name=f"average of {average.n_image} photos").click()
    expect(root).to_have_attribute("data-images", "1")
    drawn(page, average, images=1)


def test_a_click_asks_for_its_point_and_draws_what_the_models_say(page, saved):
    root = page.locator(".lab-widget.field")
    before = root.get_attribute("data-file")
    root.get_by_role("button", name="Step forward").click()
    expect(root).to_have_attribute("data-step", "6")
    click(root, 0.1, 0.1)
    click(root, 0.75, 0.25)
    expect(root).to_have_attribute("data-pending", "yes")
    expect(root).to_have_attribute("data-pending", "no", timeout=240_000)
    expect(root).not_to_have_attribute("data-file", before)
    down, across = (float(share) for share in root.get_attribute("data-position").split(","))
    assert (down, across) == (pytest.approx(0.75, abs=0.01), pytest.approx(0.25, abs=0.01))
    asked = tuple(json.loads(root.get_attribute("data-asked")))
    answer = measured(EXHIBIT, "fields", FieldsTrace, position=asked)
    drawn(page, answer)
    expect(root).to_have_attribute("data-step", "6")
    open_tab(page, "2 · Growth")
    same_lines(lines(page), figures(growth.chart(answer, ENGLISH)))
    open_tab(page, "1 · Field")

    root.hover()
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-pending", "moved")
    page.keyboard.press("Escape")
    expect(root).to_have_attribute("data-pending", "no")
    expect(root).to_have_attribute("data-position", f"{down:.3f},{across:.3f}")
    drawn(page, answer)


def test_a_question_that_cannot_be_answered_leaves_all_as_it_was_and_another_model_takes_its_column(
    page, saved, saved_resnet
):
    root = page.locator(".lab-widget.field")
    controls(page).get_by_role("button", name="Models").click()
    choose(page, Third_model="no such model")
    controls(page).get_by_role("button", name="Look", exact=True).click()
    expect(trouble(page)).to_contain_text("no such model")
    expect(note(page)).to_contain_text("belongs to an earlier run")
    drawn(page, saved)
    choose(page, Third_model=saved_resnet)
    controls(page).get_by_role("button", name="Look", exact=True).click()
    expect(root.locator(".column").nth(2).locator(".name")).to_contain_text("resnet", timeout=240_000)
    expect(status(page)).to_contain_text("Took")
    drawn(page, measured(EXHIBIT, "fields", FieldsTrace, third_model=saved_resnet))
