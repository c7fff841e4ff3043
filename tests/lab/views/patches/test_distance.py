import numpy as np
import pytest

from lab.text import Text
from lab.views.patches import distance

BY_HAND = (0 + 8 + 8 + np.hypot(8, 8)) / 4 / 16
"""The mean distance between two of 2x2 patches, as a share of the side."""


def test_distances_are_shares_of_the_side(vit):
    measured, uniform = distance.distances(vit)
    np.testing.assert_allclose(measured, [[0, BY_HAND], [0, 0.5]], rtol=1e-6)
    assert uniform == pytest.approx(BY_HAND)


def test_the_claim_says_what_was_measured(vit):
    claim = distance.claim(vit, Text("en"))
    for part in (
        "21% of the picture",
        "last 25%",
        "layer 1, head 1 with 0%",
        "layer 2, head 2 with 50%",
        "give 43%; 2 of 4 heads",
    ):
        assert part in claim


def test_the_chart_has_points_for_every_head_and_a_line_for_uniform_attention(vit, numbers):
    first, second, uniform = distance.chart(vit, Text("zh"))["data"]
    assert [line["name"] for line in (first, second, uniform)] == ["头 1", "头 2", "处处均匀的注意力"]
    assert numbers(first["x"]).tolist() == numbers(second["x"]).tolist() == [1, 2]
    assert numbers(first["y"]).tolist() == [0, 0]
    assert numbers(second["y"]) == pytest.approx([BY_HAND, 0.5])
    assert numbers(uniform["y"]) == pytest.approx([BY_HAND, BY_HAND])
    assert uniform["line"]["dash"] == "dash"
    assert first["mode"] == second["mode"] == "markers"
