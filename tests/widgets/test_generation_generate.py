"""How a text goes on, in a browser: hypotheses of a beam search are ranked, and take no branches."""

import pytest
from playwright.sync_api import expect

from lab.text import Text
from lab.views.generation import generate

from .drawn import data
from .generation_traces import beams, written

pytestmark = pytest.mark.browser
ENGLISH = Text("en")


def show(bench, trace):
    return bench.open("generation/generate", bench.value(*generate.payload(trace, ENGLISH)))


def test_hypotheses_are_listed_by_rank_and_nothing_can_be_put_in_their_place(bench):
    page = show(bench, beams())
    expect(page.locator(".branches-title")).to_have_text(ENGLISH("generation.widget.generate.hypotheses"))
    rows = page.locator(".branches button")
    assert rows.count() == 2 and rows.nth(1).inner_text().startswith("Hypothesis 2, from token 3 on, 3.00 nats")
    rows.nth(1).click()
    assert float(data(page, "mean")) == 3
    expect(page.locator(".text-tokens button")).to_have_text(["p3", "p4", "p7", "p8"])
    assert page.locator(".token-bars button").count() == 0 and page.locator(".forced").count() == 0
    expect(page.locator(".says")).to_contain_text(ENGLISH("generation.widget.generate.beam"))


def test_a_branch_marks_the_token_that_was_put(bench):
    page = show(bench, written())
    page.locator(".branches button").nth(1).click()
    expect(page.locator(".forced")).to_have_text(["p7"])
    assert page.locator(".token-bars button").count() == 2
