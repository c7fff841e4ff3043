"""Cost in a real Chromium: the charts show what was measured, first the saved run and then this machine."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.cost import EXHIBIT
from lab.text import Text
from lab.views.cost import cost
from models.traces import CostTrace

from .visitor import controls, figures, lines, open_exhibit, same_lines, saved_trace, status


@pytest.mark.browser
def test_measure_on_this_machine(page):
    open_exhibit(page, "Cost of attention")
    expect(page.locator(".chart:visible")).to_have_attribute("data-drawn", "7")
    saved = saved_trace(EXHIBIT, "cost", CostTrace)
    same_lines(lines(page), figures(cost.chart(saved, Text("en"))))
    claim = page.locator(".prose.claim:visible").filter(has_text="Measured on")
    before = claim.inner_text()
    controls(page).get_by_label("8", exact=True).check()
    controls(page).get_by_role("button", name="Measure on this machine").click()
    expect(status(page)).to_contain_text(re.compile(r"Took [\d.]+ s on"), timeout=300_000)
    expect(claim).not_to_have_text(before)
    side = np.array([8, 16, 24, 32, 48, 64, 96, 128])
    np.testing.assert_allclose(lines(page)[2], 4 * side**2 * 32**2 + 2 * 64 * side**2 * 32)
