import numpy as np
import pytest

from lab.text import Text
from lab.views.cnn_vs_attention import data
from models.traces import DataEfficiencyTrace

ENGLISH = Text("en")


@pytest.fixture
def trace():
    return DataEfficiencyTrace(
        family=("resnet", "vit", "swin"),
        device="CPU",
        steps=1500,
        parameters=np.array([700_000, 910_000, 890_000]),
        multiply_adds=np.array([40e6, 60e6, 30e6]),
        share=np.array([0.05, 1]),
        n_image=np.array([473, 9469]),
        n_seed=np.array([3, 3]),
        mean=np.array([[0.6, 0.7], [0.4, 0.55], [0.45, 0.5]]),
        lowest=np.array([[0.59, 0.7], [0.38, 0.5], [0.45, 0.5]]),
        highest=np.array([[0.62, 0.7], [0.41, 0.58], [0.45, 0.5]]),
    )


def test_the_claim_tells_means_spreads_and_gains(trace):
    sentence = data.claim(trace, ENGLISH)
    assert "1,500 steps each" in sentence and "over up to 3 seeds" in sentence and "with 473 and with 9,469" in sentence
    assert "(0.91 M parameters, 60 M multiply-adds): 40% (38% to 41%) and 55% (50% to 58%): +15 points." in sentence


def test_the_chart_draws_each_family_with_its_spread(trace):
    drawn = data.chart(trace, ENGLISH)["data"]
    assert [line["name"] for line in drawn] == ["CNN (ResNet)", "ViT", "Swin"]
    for line, mean, lowest, highest in zip(drawn, trace.mean, trace.lowest, trace.highest, strict=True):
        np.testing.assert_allclose(line["y"], mean)
        assert line["x"] == [473, 9469]
        np.testing.assert_allclose(line["error_y"]["array"], highest - mean)
        np.testing.assert_allclose(line["error_y"]["arrayminus"], mean - lowest)


def test_the_verdict_tells_the_fewest_and_the_most_pictures(trace):
    assert data.verdict(trace, ENGLISH) == (
        "Recorded, after 1,500 steps each: with 473 pictures CNN (ResNet) 60%, ViT 40%, Swin 45%; "
        "with 9,469 CNN (ResNet) 70%, ViT 55%, Swin 50%."
    )
