"""The three families in a browser: what is masked is said, and a hidden token shows what was guessed for it."""

import pytest
from playwright.sync_api import expect

from lab.text import Text
from lab.views.generation import families

from .drawn import data
from .generation_traces import families as made

pytestmark = pytest.mark.browser
ENGLISH = Text("en")


@pytest.fixture
def page(bench):
    return bench.open("generation/families", bench.value(*families.payload(made(), ENGLISH)))


def test_a_hidden_token_shows_the_guesses_and_what_stood_there(page):
    words = page.locator(".sentence button")
    expect(words).to_have_text(["▢", "b"])  # the one that the model is surest of
    expect(page.locator(".token-bars li").nth(0)).to_contain_text("✓")
    words.nth(1).click()
    expect(words).to_have_text(["a", "▢"])
    expect(page.locator(".right")).to_contain_text("“b” stood there: 25.0%")
    expect(page.locator(".token-bars li").nth(0)).to_contain_text("d")


def test_a_stack_seen_large_says_what_a_token_looks_at_and_what_is_masked(page):
    trace = made()
    page.locator(".continues .sights button").click()
    expect(page.locator(".pairs")).to_contain_text("6 of 9")
    row = trace.decoder_only.attention[1]
    assert data(page, "stack") == "decoder_only" and float(data(page, "weight")) == pytest.approx(row.max(), abs=1e-4)
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".readout")).to_contain_text("may not see “c”")


def test_what_is_written_stands_behind_what_was_given(page):
    expect(page.locator(".translation")).to_have_text("x y")
    expect(page.locator(".given")).to_have_text("ab")
    expect(page.locator(".written")).to_have_text("cd")
