from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from lab.text import LANGUAGES, Text, plain
from lab.views.cnn_vs_attention import reach
from lab.views.fields import growth

ENGLISH = Text("en")


def test_the_chart_draws_every_distance_under_its_own_name(trace):
    drawn = growth.chart(trace, ENGLISH)["data"]
    measured, styles = drawn[:7], drawn[7:]
    assert [unescape(line["name"]) for line in measured] == ["a/b"] * 3 + ["vit"] * 4
    assert [unescape(line["name"]) for line in measured if line["showlegend"]] == ["a/b", "vit"]
    kinds = ("if all it can see", "by the gradient", "with random weights", "attention")
    for line, kind, expected in zip(
        measured,
        (*kinds[:3], *kinds),
        ([0.2, 0.4], [0.11, 0.12], [0.13, 0.14], [0.5, 0.6], [0.21, 0.22], [0.23, 0.24], [0.3, 0.35]),
        strict=True,
    ):
        assert kind in line["hovertemplate"]
        np.testing.assert_allclose(line["y"], expected)
        np.testing.assert_allclose(line["x"], [0.5, 1])
    assert measured[-1]["customdata"] == ["layer 1", "layer 2"]
    assert [line["name"] for line in styles][1:] == ["measured", "random weights", "attention"]
    assert all(line["x"] == line["y"] == [None] for line in styles)
    for line, style in zip(measured[3:], styles, strict=True):
        assert (line["mode"], line["line"].get("dash")) == (style["mode"], style["line"].get("dash"))


def test_the_claim_tells_areas_and_from_where_on_all_is_seen(trace, column):
    sentence = unescape(growth.claim(trace, ENGLISH)).split("\n- ")
    assert sentence[1].startswith("**a/b**, stem: can see 25%, does see 5.0%;")
    assert "at the end 100% and 13%. It can see the whole photo from stage 1, layer 1 on." in sentence[1]
    assert "from layer 1 on" in sentence[2]
    small = replace(trace, columns=(column(box=np.tile(np.array([0.1, 0.1, 0.2, 0.2], np.float32), (2, 1))),))
    assert "can never see" in growth.claim(small, ENGLISH)


def test_the_verdict_tells_what_the_first_and_the_last_layer_see(trace):
    sentence = unescape(reach.verdict(trace, ENGLISH))
    assert sentence.startswith(
        "At the middle of this photo: a/b can see 25% of it in its first layer and 100% in its last, "
        "where half of its gradient lies in 13% of the photo; vit can see 100%"
    )
    assert (reach.chart, reach.claim) == (growth.chart, growth.claim)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_models_name_is_text_and_no_markup(trace, column, language):
    odd = replace(trace, columns=(column(model="<b>*x*"),))
    for sentence in (growth.claim(odd, Text(language)), reach.verdict(odd, Text(language))):
        assert plain("<b>*x*") in sentence


def test_without_random_weights_there_is_no_line_of_theirs(trace):
    measured = ("field", "area", "square", "radius")
    trained = [replace(one, **{name: getattr(one, name)[:1] for name in measured}) for one in trace.columns]
    bare = replace(trace, columns=tuple(trained))
    drawn = growth.chart(bare, ENGLISH)["data"]
    assert len(drawn) == len(growth.chart(trace, ENGLISH)["data"]) - 3
    assert "random" not in str(drawn)
