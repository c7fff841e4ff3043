"""What Caption shows of each word, with every factor of the gates, is what the trace has."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab import style
from lab.format import fine_percent, number
from lab.text import Text
from lab.views.image_text import caption

from .drawn import dots, show
from .image_text_traces import FACTORS, LATENTS, captions

pytestmark = pytest.mark.browser
ENGLISH = Text("en")
COLOURS = np.array(style.colour_map())
GREY = [0x78, 0x7C, 0x8C]


def named(piece):
    """As the script writes a piece."""
    return ENGLISH("widget.shared.end") if piece == "</s>" else piece.strip("▁")


def signed(value):
    """As the script writes what has a sign."""
    return f"{'+' if value >= 0.005 else ''}{number(value, 2)}"


def weights(seen):
    """The colours of weights, the largest in full colour."""
    return COLOURS[np.round(255 * seen / seen.max()).astype(int)]


@pytest.fixture
def page(bench):
    return bench.open("image_text/caption", bench.value(*caption.payload(captions(), ENGLISH)))


def test_captions_and_shares_are_those_of_the_factor_that_the_slider_says(page):
    trace = captions()
    for factor, one in enumerate(trace.captions):
        page.locator(".gate input").fill(str(factor))
        for photo in range(2):
            own = [named(piece) for piece, under in zip(one.piece, one.under, strict=True) if under == photo]
            expect(page.locator("figure").nth(photo).locator(".words button")).to_have_text(own)
        page.locator("figure .words button").nth(6).click()
        expect(page.locator(".token-bars .name")).to_have_text([named(some) for some in one.alternative[6]])
        expect(page.locator(".token-bars .share")).to_have_text(
            [fine_percent(share) for share in np.exp(one.alternative_log_prob[6])]
        )
        blind = np.exp(one.alternative_blind_log_prob[6])
        outlines = page.locator(".token-bars .own").evaluate_all("all => all.map(one => parseFloat(one.style.width))")
        np.testing.assert_allclose(outlines, 100 * blind, atol=1e-3)
        gates = FACTORS[factor] * np.stack([trace.attention_gate, trace.feed_forward_gate], 1).ravel()
        expect(page.locator(".layers .gate-bar b")).to_have_text([signed(gate) for gate in gates])
        said = page.locator(".readout")
        if factor:
            expect(said).to_contain_text(f"without the photo {fine_percent(blind[0])}")
        else:
            expect(said).to_contain_text(f"all {one.alternative_log_prob.size} log probabilities are its own")


def test_each_layer_shows_where_a_word_looked_and_the_photo_that_it_may_not_see_is_grey(page):
    one = captions().captions[1]
    for piece in (1, 6):
        page.locator("figure .words button").nth(piece).click()
        under = one.under[piece]
        expect(page.locator("figure.chosen figcaption")).to_have_text(f"Photo {under + 1}: seen by this word")
        for layer in range(2):
            page.locator(".layers button").nth(layer).click()
            seen = one.place[layer, piece, under]
            best = seen.max()
            expect(page.locator(".readout")).to_contain_text(f"In layer {layer + 1} it looked most")
            expect(page.locator(".readout")).to_contain_text(f"{fine_percent(best)}. All places together got")
            for canvas in (page.locator("figure .heat").nth(under), page.locator(".layers .heat").nth(layer)):
                np.testing.assert_allclose(dots(canvas)[..., :3], weights(seen), atol=3)
        other = dots(page.locator("figure .heat").nth(1 - under))
        assert other.shape[:2] == (1, 1) and np.abs(other[0, 0, :3] - GREY).max() <= 2


def test_the_mask_has_the_attention_of_every_piece_that_is_written(page):
    one = captions().captions[1]
    page.locator(".layers button").first.click()
    show(page, step=6, piece=0)
    drawn = dots(page.locator(".mask canvas"))
    look = one.look.mean(1)[0]  # piece, photo, latent
    for piece, under in enumerate(one.under):
        row = drawn[piece].reshape(2, LATENTS, 4)
        if piece > 6:
            assert (row[..., 3] < 60).all(), "not written yet"
            continue
        assert (row[under, :, 3] == 255).all()
        np.testing.assert_allclose(row[under, :, :3], weights(look[piece, under]), atol=3)
        assert np.abs(row[1 - under, :, :3] - GREY).max() <= 2


def test_one_photo_alone_has_one_figure(bench):
    page = bench.open("image_text/caption", bench.value(*caption.payload(captions(1), ENGLISH)))
    expect(page.locator("figure:visible")).to_have_count(1)
    expect(page.locator(".mask .columns span")).to_have_text(["Photo 1"])
