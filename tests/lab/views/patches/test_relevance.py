from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text, plain
from lab.views.patches import relevance
from models.traces import RelevanceTrace

ENGLISH = Text("en")


@pytest.fixture
def trace():
    """Two layers over 2×2 patches and two of three classes."""
    even = [0.25, 0.25, 0.25, 0.25]
    return RelevanceTrace(
        model="made",
        grid=(2, 2),
        labels=("<b>*x*", "tench", "church"),
        pixels=np.arange(192, dtype=np.uint8).reshape(8, 8, 3),
        label=np.array([2, 1]),
        probability=np.array([0.75, 0.125], np.float32),
        attention=np.array([even, [0.4, 0.2, 0.2, 0.0]], np.float32),
        rollout=np.array([even, [0.2, 0.2, 0.2, 0.4]], np.float32),
        relevance=np.array([[[0, 0, 0, 0], [4, 2, 2, 0]], [[0, 3, 1, 0], [0, 2, 2, 4]]], np.float32) * 1e-5,
    )


def test_every_map_is_sent_with_what_is_said_of_it(trace):
    meta, arrays = relevance.payload(trace, Text("zh"))
    assert meta == {"grid": (2, 2), "classes": ["教堂", "丁鱥"]}
    assert arrays["maps"].tolist() == [
        [[255] * 4, [255, 128, 128, 0]],
        [[255] * 4, [128, 128, 128, 255]],
        [[0] * 4, [255, 128, 128, 0]],
        [[0, 255, 85, 0], [0, 128, 128, 255]],
    ]
    np.testing.assert_allclose(arrays["largest"], [[0.25, 0.5], [0.25, 0.4], [0, 0.5], [0.75, 0.5]], rtol=1e-6)
    assert arrays["half"][:, 1].tolist() == [1, 2, 1, 1]
    np.testing.assert_array_equal(arrays["pixels"], trace.pixels)


def test_the_claim_tells_how_alike_the_maps_are(trace):
    """Rollout less its mean is (-1, -1, -1, 3)/20, relevance's (2, 0, 0, -2): -8 / (√12 · √8) = −0.82."""
    claim = relevance.claim(trace, ENGLISH)
    assert "relevance for “church” (75%) have a correlation of 1.00, rollout and relevance −0.82" in claim
    assert "falls on 1 of 4 patches, half of the attention on 1." in claim
    assert claim.endswith("Relevance for “church” and for “tench”: correlation −1.00.")
    single = replace(trace, label=trace.label[:1], probability=trace.probability[:1], relevance=trace.relevance[:1])
    assert relevance.claim(single, ENGLISH).endswith("half of the attention on 1.")


def test_a_map_that_is_the_same_everywhere_has_no_correlation():
    assert relevance.correlation(np.ones(4), np.arange(4)) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_strangers_label_is_text_and_no_markup(trace, language):
    assert plain("<b>*x*") in relevance.claim(replace(trace, label=np.array([0, 1])), Text(language))
    assert plain("<b>*x*") in relevance.claim(replace(trace, label=np.array([1, 0])), Text(language))
