"""Gradients and the order test in a real Chromium: what is drawn is what the models say to the visitor."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.blocks import EXHIBIT
from lab.text import Text
from lab.views.blocks import gradients, order
from models.traces import GradientsTrace, OrderTrace

from .visitor import controls, figures, lines, measured, same_lines, status

pytestmark = pytest.mark.browser
ENGLISH = Text("en")


def test_stacks_are_trained_while_one_looks(blank, server):
    page = blank
    page.goto(f"{server}/#blocks/gradients?depth=4&norm_place=post")
    expect(status(page)).to_contain_text("Took", timeout=300_000)
    trace = measured(EXHIBIT, "gradients", GradientsTrace, depth=4, norm_place="post")
    same_lines(lines(page), figures(gradients.chart(trace, ENGLISH)))
    assert len(lines(page)[-2]) == trace.loss.shape[1] == 100
    expect(page.locator(".prose.claim:visible").first).to_contain_text("of the stacks of 4 layers")


def test_the_order_of_an_own_sentence(blank, server):
    page = blank
    page.goto(f"{server}/#blocks/order")
    expect(page.locator(".lab-widget.chart:visible .plot")).to_be_visible()
    controls(page).get_by_label(ENGLISH("blocks.input.sentence")).fill("Two dogs run in the park.")
    controls(page).get_by_role("button", name=ENGLISH("blocks.run"), exact=True).click()
    expect(status(page)).to_contain_text("Took", timeout=300_000)
    trace = measured(EXHIBIT, "order", OrderTrace, sentence="Two dogs run in the park.")
    drawn, expected = lines(page), figures(order.chart(trace, ENGLISH))
    np.testing.assert_allclose(drawn[0], expected[0], rtol=1e-3)
    assert max(drawn[1]) < 1e-5
