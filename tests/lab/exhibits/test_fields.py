"""A point of a visitor's photo in a real Chromium: what is drawn equals the trace, and playing asks nobody."""

import re

import numpy as np
import pytest
from lab.photo import example, open_photo
from playwright.sync_api import expect

from lab import style
from lab.exhibit import saved_run
from lab.exhibits.fields import COLUMNS, EXHIBIT, FIRST_PHOTO, first, move
from lab.views import fields
from models.traces import SWEPT, ReceptiveFieldTrace

CELLS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"

OUTLINE = "({ style }) => [style.top, style.left, style.height, style.width].map(parseFloat)"
MOVED = ".lab-widget.position"


@pytest.fixture
def page(page):
    """The page with the exhibit open and its first picture drawn."""
    page.get_by_role("tab", name="Receptive Fields").click()
    expect(page.locator(".fields[data-step]")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def saved():
    return ReceptiveFieldTrace.load(saved_run(EXHIBIT.name))


def drawn(page, trace, weights=0, images=0):
    """That every column shows the trace's field of the layer that it names, box and layer included."""
    root = page.locator(".fields")
    layers = [int(layer) for layer in root.get_attribute("data-layers").split(",")]
    for index, (layer, column) in enumerate(zip(layers, trace.columns, strict=True)):
        shown = root.locator(".column").nth(index)
        painted = np.array(shown.locator(".heat").evaluate(CELLS)).reshape(-1, 4)
        byte = fields.levels(column.field[weights, images, layer]).ravel().astype(int)
        np.testing.assert_array_equal(painted[:, 3], np.minimum(255, 2 * byte))
        clear = painted[:, 3] > 40
        assert clear.any()
        assert np.abs(painted[clear, :3] - np.array(style.colour_map())[byte[clear]]).max() <= 4
        expect(shown.locator(".layer")).to_have_text(column.layer_name[layer].replace("embedder", "stem"))
        box = shown.locator(".box").evaluate(OUTLINE)
        top, left, bottom, right = column.box[layer] * 100
        np.testing.assert_allclose(box, [top, left, bottom - top, right - left], atol=0.01)
        square = shown.locator(".square").evaluate(OUTLINE)
        top, left, bottom, right = column.square[weights, images, layer] * 100
        np.testing.assert_allclose(square, [top, left, bottom - top, right - left], atol=0.01)
    return layers


def test_the_saved_run_is_what_the_models_say_today(saved):
    today = first()
    assert saved.request == today.request
    assert [column.model for column in saved.columns] == list(COLUMNS)
    checked = {
        "columns": ("pixels", "box", "radius", "square", "area", "box_radius", "attention_distance", "rollout"),
        "published": ("size",),
        "evidence": ("integrated", "grad_cam", "logit_difference"),
        "sweep": ("attention", "error"),
        "awareness": ("pixels", "probability", "similarity"),
        "efficiency": ("parameters", "multiply_adds", "val_accuracy", "weights"),
        "dependence": ("n_image", "n_seed", "mean", "lowest", "highest"),
    }
    for part, names in checked.items():
        for before, now in zip(getattr(saved, part), getattr(today, part), strict=True):
            for name in names:
                kept, made = getattr(before, name), getattr(now, name)
                np.testing.assert_allclose(kept, made, rtol=2e-2, atol=3e-3, err_msg=f"{part}: {name}")
    for before, now in zip(saved.columns, today.columns, strict=True):
        np.testing.assert_allclose(before.field, now.field, rtol=0.05, atol=0.05)


@pytest.mark.browser
def test_the_first_picture_plays_through_depth_without_a_request(page, saved):
    root = page.locator(".fields")
    page.requests.clear()
    seen = [drawn(page, saved)]
    root.hover()
    for step in range(int(root.get_attribute("data-step")) + 1, 12):
        page.keyboard.press("BracketRight")
        expect(root).to_have_attribute("data-step", str(step))
        seen.append(drawn(page, saved))
    assert seen[-1] == [len(column.layer_name) - 1 for column in saved.columns]
    root.get_by_role("button", name="random weights").click()
    expect(root).to_have_attribute("data-weights", "1")
    drawn(page, saved, weights=1)
    root.get_by_role("button", name=re.compile("average of")).click()
    expect(root).to_have_attribute("data-images", "1")
    drawn(page, saved, weights=1, images=1)
    root.get_by_role("button", name="attention rollout").click()
    expect(root).to_have_attribute("data-mode", "rollout")
    painted = np.array(root.locator(".column").nth(1).locator(".heat").evaluate(CELLS)).reshape(-1, 4)
    rolled = saved.columns[1].rollout[-1]
    np.testing.assert_array_equal(
        painted[:, 3], np.minimum(255, 2 * fields.levels(rolled / rolled.mean()).ravel().astype(int))
    )
    assert not page.requests


@pytest.mark.browser
def test_a_click_asks_for_the_point_alone_and_draws_what_the_models_say(page, saved):
    page.get_by_role("tab", name="5 · Position").click()
    expect(page.locator(MOVED)).to_have_attribute("data-file", re.compile("first"))
    others = page.locator(MOVED).get_attribute("data-file")
    page.get_by_role("tab", name="1 · Field").click()
    root = page.locator(".fields")
    before = root.get_attribute("data-file")
    root.get_by_role("button", name="Step forward").click()
    expect(root).to_have_attribute("data-step", "6")
    click(root, 0.1, 0.1)
    click(root, 0.75, 0.25)
    expect(root).to_have_attribute("data-pending", "yes")
    expect(root).to_have_attribute("data-pending", "no", timeout=180_000)
    expect(root).not_to_have_attribute("data-file", before)
    down, across = (float(share) for share in root.get_attribute("data-position").split(","))
    assert (down, across) == (pytest.approx(0.75, abs=0.01), pytest.approx(0.25, abs=0.01))
    sent = {"request": saved.request, "position": [down, across]}
    expected = move(open_photo(example(FIRST_PHOTO)), *COLUMNS, False, SWEPT[0], sent)
    assert not expected.evidence
    drawn(page, expected)
    expect(root).to_have_attribute("data-step", "6")
    click(root, down, across)
    expect(root).to_have_attribute("data-pending", "yes")
    expect(root).to_have_attribute("data-pending", "no", timeout=180_000)
    page.get_by_role("tab", name="5 · Position").click()
    assert page.locator(MOVED).get_attribute("data-file") == others


def click(root, down, across):
    """Click a point of the first column's picture."""
    stage = root.locator(".stage").first
    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * across, "y": box["height"] * down})


@pytest.mark.browser
def test_a_click_after_another_choice_shows_all_of_it(page, saved):
    page.get_by_role("tab", name="5 · Position").click()
    position = page.locator(MOVED)
    expect(position).to_have_attribute("data-file", re.compile("first"))
    before = position.get_attribute("data-file")
    page.get_by_role("tab", name="1 · Field").click()
    page.get_by_role("button", name="Models and layer").click()
    field = page.get_by_label(re.compile("Column 3")).locator("visible=true")
    field.fill("resnet-imagenette")
    field.press("Enter")
    click(page.locator(".fields"), 0.25, 0.5)
    expect(page.locator(".fields .column").nth(2).locator(".name")).to_contain_text("resnet", timeout=180_000)
    page.get_by_role("tab", name="5 · Position").click()
    expect(position).not_to_have_attribute("data-file", before)


@pytest.mark.browser
def test_arrows_move_the_cross_and_the_field_waits(page, saved):
    root = page.locator(".fields")
    root.hover()
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-position", "0.500,0.438")
    expect(root).to_have_attribute("data-pending", "moved")
    page.keyboard.press("Escape")
    expect(root).to_have_attribute("data-position", "0.500,0.500")
    expect(root).to_have_attribute("data-pending", "no")
    drawn(page, saved)


@pytest.mark.browser
def test_a_click_that_cannot_be_answered_leaves_the_point_where_it_was(page, saved):
    page.locator("button[aria-label='Remove Image']:visible").click()
    root = page.locator(".fields")
    root.locator(".stage").first.click(position={"x": 20, "y": 20})
    expect(page.get_by_test_id("toast-text")).to_contain_text("Please choose a photo first", timeout=30_000)
    expect(root).to_have_attribute("data-pending", "no")
    expect(root).to_have_attribute("data-position", "0.500,0.500")
    drawn(page, saved)


@pytest.mark.browser
def test_the_other_views_show_the_run(page, saved):
    page.get_by_role("tab", name="5 · Position").click()
    told = page.locator(".position .variant")
    expect(told).to_have_count(4 * len(saved.columns))
    page.get_by_role("tab", name="6 · Convolution as attention").click()
    sweep = page.locator(".sweep")
    page.requests.clear()
    sweep.hover()
    for _ in range(20):
        page.keyboard.press("BracketRight")
    expect(sweep).to_have_attribute("data-step", str(len(saved.sweep[0].alpha) - 1))
    inside = saved.sweep[0].error[-1][saved.sweep[0].interior].max()
    assert float(sweep.get_attribute("data-inside")) == pytest.approx(inside, rel=0.01)
    assert not page.requests
    page.get_by_role("tab", name="7 · Evidence").click()
    evidence = page.locator(".evidence")
    expect(evidence.locator(".column")).to_have_count(len(saved.evidence))
    page.requests.clear()
    evidence.get_by_role("button", name="Grad-CAM").click()
    expect(evidence).to_have_attribute("data-mode", "cam")
    assert not page.requests
