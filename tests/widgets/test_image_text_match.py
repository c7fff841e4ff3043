"""What Match and Matrix show of a photo and its sentences is what the trace has."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.format import fine_percent, number
from lab.text import Text
from lab.views.image_text import match, matrix

from .image_text_traces import match as made

pytestmark = pytest.mark.browser
ENGLISH = Text("en")


def signed(value):
    """As the script writes a part of a cosine."""
    return f"{'' if value < 0 else '+'}{number(value, 3)}"


def test_the_cells_of_matrix_are_those_of_photo_and_sentence(bench):
    trace = made(4)
    page = bench.open("image_text/matrix", bench.value(*matrix.payload(trace, ENGLISH)))
    shares = ((trace.over_texts, fine_percent), (trace.over_images, fine_percent))
    measures = ((trace.cosine, lambda one: number(one, 2)), *shares)
    for at, (numbers, said) in enumerate(measures):
        page.locator(".measures button").nth(at).click()
        cells = [said(one) for one in numbers.T.ravel()]  # a row is a sentence
        expect(page.locator(".cells td button")).to_have_text(cells)


def test_match_shows_the_shares_and_parts_of_the_visitors_photo(bench):
    trace = made()
    page = bench.open("image_text/match", bench.value(*match.payload(trace, ENGLISH)))
    own = trace.chosen
    expect(page.locator(".sentences .numbers b")).to_have_text([fine_percent(one) for one in trace.over_texts[own]])
    for at, pieces in enumerate(trace.piece):
        page.locator(".sentences button").nth(at).click()
        parts = trace.word[own, at, : len(pieces)]
        expect(page.locator(".words small")).to_have_text([signed(one) for one in parts])
        expect(page.locator(".readout")).to_contain_text(f"yours gets {fine_percent(trace.over_images[own, at])}")
        assert page.locator(".most").inner_text() == f"+{np.abs(trace.place[own, at]).max():.3f}"
