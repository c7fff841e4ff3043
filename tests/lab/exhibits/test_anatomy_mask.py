"""The mask and cross-attention on a visitor's sentence in a real Chromium: what is drawn equals the trace."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.anatomy import EXHIBIT
from lab.text import Text
from models.traces import REMOVED, CausalityTrace, CrossTrace

from .visitor import asking_nobody, controls, measured, open_exhibit, open_tab, saved_trace

pytestmark = pytest.mark.browser
SENTENCE = "Two men are cooking outside."
ENGLISH = Text("en")


@pytest.fixture
def page(page):
    """The page with the exhibit open."""
    open_exhibit(page, ENGLISH("anatomy.tab"))
    return page


def opened(page, view):
    """The widget of a view, drawn."""
    open_tab(page, ENGLISH(f"anatomy.view.{view}.tab"))
    widget = page.locator(f".lab-widget[data-of='anatomy/{view}']")
    expect(widget).to_have_attribute("data-pending", "no")
    return widget


def shown(widget, *names):
    """Numbers among a widget's data."""
    return [json.loads(widget.get_attribute(f"data-{name}") or "null") for name in names]


def cell_is(widget, at):
    """That the cell of this row and column is read."""
    for name in ("position", "source"):
        expect(widget).to_have_attribute(f"data-{name}", str(at))


def differences(trace, row, column):
    """Of one cell, with the mask and without; None where there is none."""
    found = (float(each.difference[row, column]) for each in (trace.causal, trace.bidirectional))
    return [None if np.isnan(one) else pytest.approx(one, abs=1e-6) for one in found]


def test_every_cell_of_both_matrices_is_the_traces(page):
    trace, widget = saved_trace(EXHIBIT, "mask", CausalityTrace), opened(page, "mask")
    rows, columns = trace.causal.difference.shape
    with asking_nobody(page):
        for row in range(0, rows, 3):
            widget.locator(".reads button").nth(row).click()
            for column in range(row + 1, columns):
                expect(widget).to_have_attribute("data-position", str(column))
                assert shown(widget, "causal", "bidirectional") == differences(trace, row, column)
                page.keyboard.press("ArrowRight")
            for _ in range(columns - 1):
                page.keyboard.press("ArrowLeft")
            expect(widget).to_have_attribute("data-position", "0")
            assert shown(widget, "causal", "bidirectional") == differences(trace, row, 0)
            assert shown(widget, "causal") == [0]
    expect(widget.locator(".causal .readout")).to_contain_text("did not move")


def test_the_training_pass_stands_under_what_is_read(page):
    trace, widget = saved_trace(EXHIBIT, "mask", CausalityTrace), opened(page, "mask")
    count = len(trace.says)
    cells = widget.locator(".forced span[data-column]")
    expect(cells).to_have_count(3 * count)
    piece = dict(zip(trace.piece_id.tolist(), trace.piece, strict=True))
    said = cells.all_inner_texts()
    assert said[: count - 1] == [piece[one].replace("▁", "·") for one in trace.says[:-1].tolist()]
    assert said[2 * count :] == [f"{abs(one):.3f}" for one in trace.causal_log_prob.tolist()]
    loss = -trace.causal_log_prob.mean()
    assert shown(widget, "loss") == [pytest.approx(loss, abs=1e-5)]
    expect(widget.locator(".forced b").last).to_have_text(f"−log p, mean {loss:.3f}")
    columns = [box.bounding_box()["x"] for box in widget.locator(".forced .reads button").all()]
    for at, x in enumerate(columns, 1):
        assert abs(cells.nth(at).bounding_box()["x"] - x) < 60


def test_a_visitor_changes_a_token_and_removes_it(page):
    widget = opened(page, "mask")
    controls(page).get_by_label(ENGLISH("anatomy.input.sentence")).fill(SENTENCE)
    controls(page).get_by_role("button", name=ENGLISH("anatomy.run"), exact=True).click()
    plain = measured(EXHIBIT, "mask", CausalityTrace, sentence=SENTENCE)
    expect(widget.locator(".reads button")).to_have_count(len(plain.replacement))
    widget.locator(".reads button").nth(2).click()
    expect(widget).to_have_attribute("data-position", "3")
    assert shown(widget, "causal", "bidirectional") == differences(plain, 2, 3)
    for option, token in ((1, int(plain.option[2, 1])), (plain.option.shape[1], REMOVED)):
        wanted = measured(EXHIBIT, "mask", CausalityTrace, sentence=SENTENCE, edit=(3, token))
        button = widget.locator(".options button").nth(option)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        widget.locator(".reads button").nth(2).click()
        page.keyboard.press("ArrowRight")
        expect(widget).to_have_attribute("data-position", "4")
        assert shown(widget, "causal", "bidirectional") == differences(wanted, 2, 4)
    page.keyboard.press("ArrowLeft")
    expect(widget.locator(".causal .readout")).to_contain_text("is not there")


def test_every_cell_of_the_attention_and_of_the_loss_is_the_traces(page):
    trace, widget = saved_trace(EXHIBIT, "cross", CrossTrace), opened(page, "cross")
    layers, heads, positions, source = trace.attention.shape
    expect(widget.locator(".multiples button")).to_have_count(1 + layers * (heads + 1))
    with asking_nobody(page):
        for layer, head, way in ((0, 2, 0), (layers - 1, 1, 1)):
            widget.locator(".multiples button").nth(1 + layer * (heads + 1) + head).click()
            widget.locator(".ways button").nth(way).click()
            changes = (trace.hidden, trace.removed)[way]
            for at in range(2, min(positions, source)):
                page.keyboard.press("ArrowDown")
                page.keyboard.press("ArrowRight")
                cell_is(widget, at)
                weight, difference = shown(widget, "weight", "difference")
                assert weight == pytest.approx(float(trace.attention[layer, head, at, at]), abs=3e-3)
                assert difference == pytest.approx(float(changes.difference[at, at]), abs=1e-6)
            for _ in range(2, min(positions, source)):
                page.keyboard.press("ArrowUp")
                page.keyboard.press("ArrowLeft")
            cell_is(widget, 1)
    line = widget.locator(".said .pieces span")
    expect(line).to_have_count(positions)
    expect(widget.locator(".said .pieces .changed")).to_have_count(int((changes.then[1] != changes.token).sum()))
