"""A point of a visitor's photo in a real Chromium: what is drawn equals the trace, and playing asks nobody."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab import style
from lab.exhibit import saved_run
from lab.exhibits.fields import COLUMNS, EXHIBIT, FIRST_PHOTO, look
from lab.photo import example, open_photo
from lab.views import fields
from models.traces import ReceptiveFieldTrace

CELLS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"


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
        box = shown.locator(".box").evaluate(
            "b => [b.style.top, b.style.left, b.style.height, b.style.width].map(parseFloat)"
        )
        top, left, bottom, right = column.box[layer] * 100
        np.testing.assert_allclose(box, [top, left, bottom - top, right - left], atol=0.01)
    return layers


def test_the_saved_run_is_what_the_models_say_today(saved):
    today = look(open_photo(example(FIRST_PHOTO)), {"request": saved.request, "position": list(saved.position)})
    assert [column.model for column in saved.columns] == list(COLUMNS)
    for before, now in zip(saved.columns, today.columns, strict=True):
        for name in ("pixels", "box", "radius", "area", "box_radius", "attention_distance", "rollout"):
            np.testing.assert_allclose(getattr(before, name), getattr(now, name), rtol=2e-2, atol=2e-3, err_msg=name)
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
def test_a_click_asks_for_the_point_and_draws_what_the_models_say(page, saved):
    root = page.locator(".fields")
    before = root.get_attribute("data-file")
    stage = root.locator(".stage").first
    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    expect(root).to_have_attribute("data-pending", "yes")
    expect(root).not_to_have_attribute("data-file", before, timeout=180_000)
    expect(root).to_have_attribute("data-pending", "no")
    down, across = (float(share) for share in root.get_attribute("data-position").split(","))
    assert (down, across) == (pytest.approx(0.75, abs=0.01), pytest.approx(0.25, abs=0.01))
    sent = {"request": saved.request.replace("true", "false"), "position": [down, across]}
    drawn(page, look(open_photo(example(FIRST_PHOTO)), sent))


@pytest.mark.browser
def test_the_other_views_show_the_run(page, saved):
    page.get_by_role("tab", name="4 · Position").click()
    told = page.locator(".position .variant")
    expect(told).to_have_count(4 * len(saved.columns))
    page.get_by_role("tab", name="5 · Convolution as attention").click()
    sweep = page.locator(".sweep")
    page.requests.clear()
    sweep.hover()
    for _ in range(20):
        page.keyboard.press("BracketRight")
    expect(sweep).to_have_attribute("data-step", str(len(saved.sweep[0].alpha) - 1))
    inside = saved.sweep[0].error[-1][saved.sweep[0].interior].max()
    assert float(sweep.get_attribute("data-inside")) == pytest.approx(inside, rel=0.01)
    assert not page.requests
    page.get_by_role("tab", name="6 · Evidence").click()
    evidence = page.locator(".evidence")
    expect(evidence.locator(".column")).to_have_count(len(saved.evidence))
    page.requests.clear()
    evidence.get_by_role("button", name="Grad-CAM").click()
    expect(evidence).to_have_attribute("data-mode", "cam")
    assert not page.requests
