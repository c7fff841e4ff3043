"""The heads of a language model in a browser: what is drawn and written are the weights and shares of the trace."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.text import Text
from lab.views.generation import heads

from .drawn import data, dots, show
from .generation_traces import head_rules

pytestmark = pytest.mark.browser
ENGLISH = Text("en")


@pytest.fixture
def page(bench):
    return bench.open("generation/heads", bench.value(*heads.payload(head_rules(), ENGLISH)))


def test_it_opens_on_the_head_that_looks_for_what_followed(page):
    trace = head_rules()
    assert (data(page, "layer"), data(page, "head"), data(page, "query")) == ("1", "2", "3")
    row = trace.attention[1, 2, 3]
    assert float(data(page, "weight")) == pytest.approx(row.max(), abs=2e-3)
    expect(page.locator(".readout")).to_contain_text(f"{100 * row.max():.1f}%")
    shares = page.locator(".rules tbody td:nth-child(2)").all_inner_texts()
    wanted = [100 * share for share in trace.share[:, 1, 2]]
    assert [float(share.rstrip("%")) for share in shares] == pytest.approx(wanted, abs=0.06)


def test_a_token_of_the_text_shows_what_it_looks_at(page):
    trace = head_rules()
    page.locator(".text-tokens button").nth(1).click()
    row = trace.attention[1, 2, 1]
    expect(page.locator(".lab-widget")).to_have_attribute("data-key", str(row.argmax()))
    shaded = page.locator(".text-tokens button")
    said = shaded.nth(0).get_attribute("title") or ""
    assert float(said.rstrip("%")) == pytest.approx(100 * row[0], abs=0.25)
    assert [shaded.nth(at).get_attribute("title") for at in (2, 3)] == [ENGLISH("generation.widget.heads.masked")] * 2


def test_every_small_picture_is_its_heads_and_by_rule_its_share(page):
    trace = head_rules()
    pictures = page.locator(".every button")
    expect(pictures).to_have_count(6)
    first = dots(pictures.nth(0).locator("canvas"))
    assert first.shape[:2] == (4, 4)
    bright = first[3, :, :3].sum(-1)
    assert bright.argmax() == trace.attention[0, 0, 3].argmax()
    show(page, shows="induction")
    best = pictures.nth(5)
    assert best.get_attribute("title").endswith("90.0%")
    assert dots(best.locator("canvas"))[0, 0, :3].sum() == max(
        dots(pictures.nth(at).locator("canvas"))[0, 0, :3].sum() for at in range(6)
    )
    best.click()
    assert np.array_equal([data(page, "layer"), data(page, "head")], ["1", "2"])
