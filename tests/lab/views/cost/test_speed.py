from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.cost import speed
from models.traces import SpeedTrace

EN = Text("en")


@pytest.fixture
def trace():
    """The second has half of the multiply-adds and takes twice as long."""
    return SpeedTrace(
        device="CPU × 1",
        model=("first", "second"),
        kind=("resnet", "mobilevit"),
        side=np.array([160, 192]),
        parameters=np.array([2_800_000, 1_000_000]),
        multiply_adds=np.array([200_000_000, 100_000_000]),
        batch=np.array([1, 8]),
        seconds=np.array([[0.010, 0.020], [0.005, 0.016]]),
    )


def test_both_charts_name_every_model(trace):
    counted, timed = speed.chart(trace, EN)
    (bars,) = counted["data"]
    assert bars["x"] == ["ResNet", "MobileViT"] and bars["y"] == [200, 100]
    assert [(bars["name"], bars["y"]) for bars in timed["data"]] == [("alone", [10, 20]), ("8 at once", [5, 16])]


def test_the_claim_tells_the_fewest_from_the_fastest(trace):
    said = speed.claim(trace, EN)
    assert "second has the fewest multiply-adds (100 million, in 20.0 ms), but first is the fastest (10.0 ms)" in said
    assert "With one picture alone first gets through 20.0 billion multiply-adds a second, second through 5.0" in said
    assert "| first | 160 | 2.8 | 200 | 10.0 | 5.0 | 20.0 |" in said
    same = speed.claim(replace(trace, seconds=trace.seconds[:, ::-1] / 4), EN)
    assert "second has the fewest multiply-adds (100 million) and is the fastest (2.5 ms)" in same
    for language in LANGUAGES:
        assert "{" not in speed.claim(trace, Text(language))
