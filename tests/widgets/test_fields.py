"""Fields in a browser: what is drawn equals the trace, and a point is asked for, kept and let go."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab import style
from lab.text import Text
from lab.views.fields import field
from models.traces import HALF_MASS

from . import photo_traces
from .drawn import dots, edges, send

pytestmark = pytest.mark.browser


def value(bench, answer="", **changes):
    return bench.value(*field.payload(photo_traces.fields(**changes), Text("en")), answer)


def data(page, name):
    page.evaluate("page.picture()")
    return page.locator(".field").get_attribute(f"data-{name}")


def painted(canvas, levels):
    """That a canvas shows these bytes, in the colours of the one scale for all."""
    shown = dots(canvas)
    np.testing.assert_array_equal(shown[..., 3], np.minimum(255, 2 * levels.astype(int)))
    clear = shown[..., 3] > 40
    assert clear.any()
    assert np.abs(shown[clear, :3] - np.array(style.colour_map())[levels[clear]]).max() <= 4


def drawn(page, trace, layers, weights=0, images=0):
    """That every column shows the field, box, square and numbers of its layer."""
    assert data(page, "layers") == ",".join(map(str, layers))
    for index, (layer, one) in enumerate(zip(layers, trace.columns, strict=True)):
        column = page.locator(".column").nth(index)
        painted(column.locator(".heat"), field.levels(one.field[weights, images, layer]))
        np.testing.assert_array_equal(dots(column.locator(".photo"))[..., :3], one.pixels)
        np.testing.assert_allclose(edges(column.locator(".box")), one.box[layer], atol=1e-4)
        np.testing.assert_allclose(edges(column.locator(".square")), one.square[weights, images, layer], atol=1e-4)
        expect(column.locator(".layer")).to_have_text(one.layer_name[layer].replace("embedder", "stem"))
        top, left, bottom, right = one.box[layer]
        log, mass = one.area[weights, images, layer, HALF_MASS]
        distance = one.attention_distance[layer]
        said = [float(share.strip("%")) if share != "—" else np.nan for share in numbers(column)]
        measured = 100 * np.array([(bottom - top) * (right - left), mass, log, distance])
        np.testing.assert_allclose(said, measured, atol=0.06)


def place(page):
    """Where the cross stands: down and across, by data-position and by its own style."""
    cross = page.locator(".cross").first.evaluate("({ style }) => [style.top, style.left].map(parseFloat)")
    position = [float(share) for share in data(page, "position").split(",")]
    assert position == pytest.approx([share / 100 for share in cross], abs=0.001)
    return position


def numbers(column):
    return column.locator(".readout b").all_inner_texts()


def test_every_step_shows_the_trace_for_each_choice_of_weights_and_images(bench):
    trace = photo_traces.fields()
    page = bench.open("fields/field", value(bench))
    drawn(page, trace, [2, 1])
    for step, layers in enumerate([[0, 0], [1, 1], [2, 1], [3, 2], [4, 2]]):
        page.evaluate("(step) => page.set({ ...page.state(), step })", step)
        drawn(page, trace, layers)
    page.get_by_role("button", name="random weights").click()
    drawn(page, trace, [4, 2], weights=1)
    page.get_by_role("button", name="average of 2 photos").click()
    drawn(page, trace, [4, 2], weights=1, images=1)
    page.get_by_role("button", name="trained").click()
    drawn(page, trace, [4, 2], images=1)


def test_rollout_is_that_of_the_trained_weights_and_says_where_there_is_none(bench):
    trace = photo_traces.fields()
    page = bench.open("fields/field", value(bench))
    page.get_by_role("button", name="random weights").click()
    page.get_by_role("button", name="attention rollout").click()
    assert (data(page, "mode"), data(page, "weights")) == ("rollout", "0")
    expect(page.get_by_role("button", name="random weights")).to_be_disabled()
    cnn, vit = page.locator(".column").nth(0), page.locator(".column").nth(1)
    rolled = trace.columns[1].rollout[1]
    painted(vit.locator(".heat"), field.levels(rolled / rolled.mean()))
    assert not dots(cnn.locator(".heat"))[..., 3].any()
    assert edges(vit.locator(".square")) == []
    expect(cnn.locator(".readout")).to_contain_text("rollout needs layers")
    page.get_by_role("button", name="gradient").click()
    drawn(page, trace, [2, 1], weights=1)


def test_a_click_asks_for_its_point_and_the_answer_takes_its_place(bench):
    page = bench.open("fields/field", value(bench, "1"))
    page.locator(".hint").hover()
    page.keyboard.press("]")
    stage = page.locator(".stage").nth(1)
    box = stage.bounding_box()
    stage.click(position={"x": 0.25 * box["width"], "y": 0.75 * box["height"]})
    assert data(page, "pending") == "yes"
    assert place(page) == pytest.approx([0.75, 0.25], abs=0.01)
    [[event, asked]] = page.evaluate("page.asked")
    assert (event, asked["action"], asked["answer"]) == ("act", "point", "1")
    assert asked["values"]["position"] == pytest.approx(place(page), abs=0.001)
    drawn(page, photo_traces.fields(), [3, 2])
    send(page, value(bench, "2", position=(0.7, 0.2)))
    assert (data(page, "pending"), place(page)) == ("no", [0.7, 0.2])
    drawn(page, photo_traces.fields(), [3, 2])


def test_a_question_without_an_answer_leaves_the_point_where_it_was(bench):
    page = bench.open("fields/field", value(bench))
    page.locator(".stage").first.click(position={"x": 20, "y": 20})
    assert data(page, "pending") == "yes"
    page.evaluate("page.unanswered('fields')")
    assert (data(page, "pending"), data(page, "position")) == ("no", "0.500,0.500")


def test_arrows_move_the_cross_escape_lets_go_and_enter_asks(bench):
    page = bench.open("fields/field", value(bench))
    page.locator(".hint").hover()
    page.keyboard.press("ArrowLeft")
    assert (data(page, "position"), data(page, "pending")) == ("0.500,0.438", "moved")
    expect(page.locator(".moved")).to_be_visible()
    page.keyboard.press("Escape")
    assert (data(page, "position"), data(page, "pending")) == ("0.500,0.500", "no")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    assert data(page, "position") == "1.000,0.500"
    page.keyboard.press("Enter")
    assert data(page, "pending") == "yes"
    page.keyboard.press("ArrowUp")
    assert (data(page, "position"), data(page, "pending")) == ("0.937,0.500", "moved")
    page.keyboard.press("Escape")
    assert (data(page, "position"), data(page, "pending")) == ("1.000,0.500", "yes")
    [[_, asked]] = page.evaluate("page.asked")
    assert asked["values"] == {"position": [0.9999, 0.5]}


def test_a_new_run_keeps_what_fits_it(bench):
    page = bench.open("fields/field", value(bench))
    page.get_by_role("button", name="random weights").click()
    page.get_by_role("button", name="Step forward").click()
    send(page, value(bench, "2", position=(0.1, 0.1)))
    assert (data(page, "step"), data(page, "weights")) == ("3", "1")
    send(page, value(bench, "3", depths=(7, 3), random=False))
    assert (data(page, "step"), data(page, "weights")) == ("3", "0")
    expect(page.get_by_role("button", name="random weights")).to_be_hidden()
    send(page, value(bench, "4", depths=(4,), random=False))
    assert (data(page, "step"), page.locator(".column").count()) == ("1", 1)
    drawn(page, photo_traces.fields(depths=(4,), random=False), [1])
