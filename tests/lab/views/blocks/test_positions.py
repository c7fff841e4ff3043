from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.blocks import order, position_maps, positions
from models.traces import OrderTrace
from tests.widgets.blocks_traces import position_tables


def made():
    """A ViT of 2 x 3 patches whose cosine is highest in the same row."""
    return position_tables((2, 3), down=0.5)


def shuffled(without=2e-7):
    return OrderTrace(
        token=("▁a", "▁dog", "▁runs", "</s>"),
        order=np.array([2, 0, 1, 3]),
        change=np.array([[0.4, 0.5, 0.6, 0.1], [without, 0, 0, 0]]),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_and_the_likeness_by_distance_are_drawn(numbers, language):
    left, middle, right = positions.chart(made(), Text(language))
    np.testing.assert_array_equal(numbers(left["data"][0]["z"]).reshape(8, 8), np.eye(8))
    assert numbers(middle["data"][0]["z"]).size == 30
    product, cosine = right["data"]
    np.testing.assert_allclose(numbers(product["y"]), [1, 0.9, 0.8])
    np.testing.assert_allclose(numbers(cosine["y"])[0], 1)
    pairs = [(0, 1), (1, 2), (3, 4), (4, 5), (0, 3), (1, 4), (2, 5), (0, 4), (1, 3), (1, 5), (2, 4)]
    near = np.mean([made().vit_cosine[pair] for pair in pairs])
    np.testing.assert_allclose(numbers(cosine["y"])[1], near)


def test_the_claim_tells_sinusoids_from_learned_tables():
    text = Text("en")
    assert "is the formula’s" in positions.claim(made(), text)
    learned = positions.claim(replace(made(), sinusoid_error=0.3), text)
    assert "learned, not the formula’s: it differs by up to 0.3" in learned
    assert f"at distance 1, {(made().vit_cosine.sum() - 6) / 30:.2f} over all pairs" in learned


def test_patches_most_like_a_neighbour_are_counted():
    trace = made()
    said = position_maps.claim(trace, Text("en"))
    assert "of 6 patches 6 are most alike to a direct neighbour, and 6 to" in said
    neighbours = (8 * 0.9 + 6 * 0.5) / 14
    mirrored = (4 * 0.8 + 2) / 6
    assert f"direct neighbours is {neighbours:.2f}, with the patch mirrored left to right {mirrored:.2f}" in said


def test_the_order_test_says_whether_rounding_is_all_that_is_left(numbers):
    text = Text("en")
    said = order.claim(shuffled(), text)
    assert "“runs a dog”" in said and "change by 40% on average" in said and "2.0 × 10⁻⁷: only rounding" in said
    assert "knows the order by other means" in order.claim(shuffled(without=0.2), text)
    drawn = order.chart(shuffled(), text)
    assert drawn["layout"]["xaxis"]["ticktext"] == ["·a", "·dog", "·runs", text("widget.shared.end")]
    kept, without = drawn["data"]
    np.testing.assert_allclose(numbers(kept["y"]), [0.4, 0.5, 0.6, 0.1])
    np.testing.assert_allclose(numbers(without["y"]), [2e-7, 1e-9, 1e-9, 1e-9])
