import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.cnn_vs_attention import convolution
from models.traces import SWEPT, ConvolutionSweepTrace

ENGLISH = Text("en")


@pytest.fixture
def trace():
    error = np.array([[[0.5, 0.1], [0.7, 0.2]], [[0.3, 0.0], [0.6, 1e-9]]])
    return ConvolutionSweepTrace(
        model="m",
        layer="stage 2, layer 2",
        kernel_size=3,
        channels=(4, 8),
        alpha=np.array([0.0, 40]),
        attention=np.random.default_rng(0).random((2, 9, 2, 2)),
        error=error,
        interior=np.array([[False, True], [False, True]]),
        largest=2.0,
    )


def test_the_payload_is_the_trace_with_its_largest_errors_inside_and_at_the_border(trace):
    meta, drawn = convolution.payload(trace, ENGLISH)
    assert (meta["inside"], meta["border"], meta["alphas"]) == ([0.2, 1e-9], [0.7, 0.6], [0.0, 40.0])
    assert (meta["model"], meta["layer"], meta["kernel_size"], meta["channels"]) == ("m", "stage 2, layer 2", 3, (4, 8))
    assert (drawn["attention"].dtype, drawn["interior"].dtype) == (np.float32, np.uint8)
    np.testing.assert_allclose(drawn["attention"], trace.attention, rtol=1e-6)
    np.testing.assert_allclose(drawn["error"], trace.error, rtol=1e-6)
    np.testing.assert_array_equal(drawn["interior"], trace.interior)


def test_the_verdict_tells_the_errors_at_the_smallest_and_the_largest_alpha(trace):
    sentence = convolution.verdict(trace, ENGLISH)
    assert "at α = 0 they are off by up to 20%" in sentence
    assert "at α = 40 by < 0.01%; at the border still by 60%." in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_layer_to_choose_has_words(language):
    for layer in SWEPT:
        assert Text(language)(f"cnn_vs_attention.choice.layer.{layer}") == convolution.layer_name(layer, Text(language))
