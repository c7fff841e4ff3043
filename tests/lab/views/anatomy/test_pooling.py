"""CLS against pooling, from a hand-made trace of two layers."""

from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.anatomy import pooling
from models.traces import PoolingTrace

TEXT = Text("en")


@pytest.fixture
def trace():
    return PoolingTrace(
        model="made",
        labels=("church", "tench"),
        count=1000,
        own_accuracy=0.85,
        accuracy=np.array([[0.5, 0.6, 0.9], [0.7, 0.75, 0.8]]),
        own_probability=np.array([0.3, 0.7]),
        probability=np.array([[[0.5, 0.5], [0.4, 0.6], [0.2, 0.8]], [[0.1, 0.9], [0.3, 0.7], [0.6, 0.4]]]),
    )


def test_a_curve_for_each_head_and_a_level_line_for_the_models_own(trace, numbers):
    recorded, measured = pooling.chart(trace, TEXT)
    assert [numbers(line["y"]).tolist() for line in recorded["data"]] == [*trace.accuracy.tolist(), [0.85, 0.85]]
    assert [numbers(line["y"]).tolist() for line in measured["data"]] == [[0.5, 0.6, 0.8], [0.9, 0.7, 0.4], [0.7, 0.7]]
    for figure in (recorded, measured):
        assert [line["name"] for line in figure["data"]] == [
            "head on CLS",
            "head on the mean of the patches",
            "the model’s own head",
        ]
    assert "(recorded)" in recorded["layout"]["yaxis"]["title"]["text"]
    assert "“tench”" in measured["layout"]["yaxis"]["title"]["text"]


def test_the_claim_states_both_ends_and_both_answers(trace):
    said = pooling.claim(trace, TEXT)
    assert "on CLS is right on 90.0%, a head on the mean of the patches on 80.0%" in said
    assert "on CLS, on 85.0%. Before the first layer they reach 50.0% and 70.0%." in said
    assert "CLS says “tench” (80%), the mean “church” (60%)" in said
    for language in LANGUAGES:
        assert "{" not in pooling.claim(trace, Text(language))


@pytest.mark.parametrize(
    ("cls", "words"),
    [
        ([0.5, 0.8, 0.9], "ahead to the end from layer 1 on"),
        ([0.8, 0.7, 0.9], "After the last layer but one CLS is behind, after the last it is ahead"),
        ([0.5, 0.6, 0.9], "After the last layer but one CLS is behind"),
        ([0.5, 0.8, 0.7], "The mean is ahead after the last layer too"),
        ([0.7, 0.8, 0.9], "nowhere behind"),
    ],
)
def test_where_cls_overtakes(trace, cls, words):
    assert words in pooling.claim(replace(trace, accuracy=np.array([cls, [0.7, 0.75, 0.8]])), TEXT)
