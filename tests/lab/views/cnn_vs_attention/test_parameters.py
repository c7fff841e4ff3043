import numpy as np
import pytest

from lab.text import Text
from lab.views.cnn_vs_attention import parameters
from models.traces import ParametersTrace

ENGLISH = Text("en")


@pytest.fixture
def trace():
    return ParametersTrace(
        model=("m", "n"),
        parameters=np.array([2_800_000, 5_500_000]),
        multiply_adds=np.array([150e6, 1.2e9]),
        val_accuracy=np.array([0.9, np.nan]),
        kind=("convolution", "attention", "vit_layer"),
        n_embd=np.array([10, 1000]),
        weights=np.array([[900, 9_000_000], [400, 4_000_000], [1200, 12_000_000]]),
    )


def test_the_claim_counts_in_squares_of_the_width_and_lists_the_models(trace):
    sentence = parameters.claim(trace, ENGLISH)
    assert "an attention layer has 4·C² weights, one 3×3 convolution 9·C²; a ViT layer" in sentence
    assert "12·C², a ResNet layer (two convolutions) 18·C²" in sentence
    assert "| m | 2.8 M | 150 M | 90% |" in sentence and "| n | 5.5 M | 1,200 M | not recorded |" in sentence


def test_the_chart_draws_the_weights_of_each_kind_under_its_name(trace):
    drawn = parameters.chart(trace, ENGLISH)["data"]
    expected = {
        "3×3 convolution": [900, 9e6],
        "attention (Q, K, V, output)": [400, 4e6],
        "ViT layer (attention + MLP)": [1200, 12e6],
        "ResNet layer (two 3×3 convolutions)": [1800, 18e6],
    }
    assert {line["name"]: line["y"] for line in drawn} == expected
    assert all(line["x"] == [10, 1000] for line in drawn)


def test_the_verdict_tells_the_largest_width(trace):
    assert parameters.verdict(trace, ENGLISH) == (
        "With 1000 channels an attention layer has 4.00 M weights and one 3×3 convolution 9.00 M; "
        "a whole ViT layer has 12.00 M, a ResNet layer of two convolutions 18.00 M."
    )
