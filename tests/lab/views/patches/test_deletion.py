from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from lab.text import LANGUAGES, Text, plain
from lab.views.patches import deletion
from models.traces import PatchDeletionTrace

ENGLISH = Text("en")


@pytest.fixture
def trace():
    """Four patches in steps of one quarter, a half and the whole; attention is best where patches are removed only."""
    removed = [[0.8, 0.2, 0.1, 0.1], [0.8, 0.4, 0.3, 0.1], [0.8, 0.3, 0.24, 0.1], [0.8, 0.6, 0.6, 0.1]]
    kept = [[0.1, 0.2, 0.2, 0.8], [0.1, 0.3, 0.3, 0.8], [0.1, 0.8, 0.9, 0.8], [0.1, 0.6, 0.6, 0.8]]
    random = [[[0.8, 0.5, 0.4, 0.1], [0.8, 0.7, 0.48, 0.1]], [[0.1, 0.4, 0.5, 0.8], [0.1, 0.48, 0.6, 0.8]]]
    return PatchDeletionTrace(
        model="made",
        labels=("church", "tench", "<b>*x*"),
        label=0,
        count=np.array([0, 1, 2, 4]),
        probability=np.array([removed, kept]),
        answer=np.array([[[0, 1, 1, 2]] * 4, [[2, 1, 0, 0]] * 4]),
        random_probability=np.array(random),
    )


def test_each_figure_draws_one_change(trace, numbers):
    for at, (figure, change) in enumerate(zip(deletion.chart(trace, ENGLISH), ("removed", "kept"), strict=True)):
        assert change in figure["layout"]["xaxis"]["title"]["text"]
        assert unescape(figure["layout"]["yaxis"]["title"]["text"]) == "probability of “church”"
        lowest, highest, *curves = figure["data"]
        random = trace.random_probability[at]
        np.testing.assert_array_equal(numbers(lowest["y"]), random.min(0))
        np.testing.assert_array_equal(numbers(highest["y"]), random.max(0))
        assert "fill" not in lowest and highest["fill"] == "tonexty"
        assert [line["name"] for line in curves] == ["attention", "rollout", "relevance", "middle first", "random"]
        for line, y in zip(curves, [*trace.probability[at], random.mean(0)], strict=True):
            np.testing.assert_allclose(numbers(line["y"]), y)
            np.testing.assert_array_equal(numbers(line["x"]), [0, 0.25, 0.5, 1])
        assert {lowest["legendgroup"], highest["legendgroup"]} == {curves[-1]["legendgroup"]}
        assert "the model answers" in curves[0]["hovertemplate"] and "customdata" not in curves[-1]
    removed, kept = deletion.chart(trace, Text("zh"))
    assert removed["layout"]["yaxis"]["range"] == kept["layout"]["yaxis"]["range"] == pytest.approx([0, 0.945])
    assert removed["data"][2]["customdata"] == ["教堂", "丁鱥", "丁鱥", plain("<b>*x*")]
    assert kept["data"][2]["customdata"] == [plain("<b>*x*"), "丁鱥", "教堂", "教堂"]


def test_the_claim_lists_areas_the_best_order_first(trace):
    """Of attention: (0.8+0.2)/2/4 + (0.2+0.1)/2/4 + 0.1/2 = 0.2125 removed, 0.34 kept."""
    claim = deletion.claim(trace, ENGLISH)
    assert "“church” has 80% for the whole photo and 10% for a picture without any patch" in claim
    removed = "attention 21%, relevance 29%, rollout 34%, random 44% (40% to 48%), middle first 50%."
    kept = "relevance 75%, middle first 59%, random 53% (50% to 56%), rollout 40%, attention 34%."
    assert f"**Removed** (less is better): {removed}" in claim
    assert f"**Kept** (more is better): {kept}" in claim


@pytest.mark.parametrize(
    ("removed", "kept", "blob", "random"),
    [
        (0.2, 0.2, "Only where patches are removed", "Only where patches are removed"),
        (0.2, 0.9, "Yes, both ways", "Yes, both ways"),
        (0.7, 0.2, "No, neither way", "No, neither way"),
        (0.7, 0.9, "Only where they are kept", "Only where they are kept"),
        (0.5, 0.62, "Yes, both ways", "Only where they are kept"),
        (0.5, 0.54, "Only where patches are removed", "No, neither way"),
    ],
)
def test_raw_attention_is_compared_with_the_middle_and_with_chance(trace, removed, kept, blob, random):
    probability = trace.probability.copy()
    probability[0, 0, 1:3], probability[1, 0, 1:3] = removed, kept
    claim = deletion.claim(replace(trace, probability=probability), ENGLISH)
    assert f"better than *middle first*? {blob}. Better than each of 2 random orders? {random}." in claim


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_strangers_label_is_text_and_no_markup(trace, language):
    wild = replace(trace, label=2)
    assert plain("<b>*x*") in deletion.claim(wild, Text(language))
    assert plain("<b>*x*") in deletion.chart(wild, Text(language))[0]["layout"]["yaxis"]["title"]["text"]
