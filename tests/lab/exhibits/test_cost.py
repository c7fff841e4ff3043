import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibit import saved_run
from lab.exhibits.cost import EXHIBIT
from models.traces import CostTrace


def test_the_saved_run_counts_what_this_machine_counts():
    saved, today = CostTrace.load(saved_run(EXHIBIT.name)), EXHIBIT.first()
    for name in ("side", "global_formula", "window_formula", "global_counted", "window_counted"):
        np.testing.assert_array_equal(getattr(saved, name), getattr(today, name))


@pytest.mark.browser
def test_measure_on_this_machine(server, chromium):
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(server)
    page.get_by_role("tab", name="Cost of attention").click()
    expect(page.locator(".chart[data-drawn='4']")).to_be_visible()
    claim = page.get_by_text("Measured on").locator("..")
    before = claim.inner_text()
    page.get_by_label("8", exact=True).check()
    page.get_by_role("button", name="Measure on this machine").click()
    expect(page.get_by_text(re.compile(r"Took [\d.]+ s on"))).to_be_visible(timeout=120_000)
    expect(claim).not_to_have_text(before)
    drawn = page.eval_on_selector(".chart[data-drawn='4'] .plot", "plot => plot._fullData.map(line => [...line.y])")
    side = np.array([8, 16, 24, 32, 48, 64, 96, 128])
    np.testing.assert_allclose(drawn[2], 4 * side**2 * 32**2 + 2 * 64 * side**2 * 32)
    page.close()
