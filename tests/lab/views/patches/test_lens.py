from dataclasses import replace
from html import unescape

import pytest

from lab.text import Text, plain
from lab.views.patches import lens


def test_the_claim_tells_from_where_the_answer_leads(vit):
    claim = lens.claim(vit, Text("en"))
    assert "“church” leads from depth 1 of 2 on and ends at 80%. Before CLS has seen anything it has 30%" in claim


def test_an_answer_that_leads_from_the_start(vit):
    always = vit.lens_probability.copy()
    always[0] = [0.5, 0.25, 0.25]
    assert "leads from depth 0 of 2" in lens.claim(replace(vit, lens_probability=always), Text("en"))


def test_the_chart_orders_classes_by_the_final_answer(vit, numbers):
    church, golf_ball = lens.chart(vit, Text("zh"), count=2)["data"]
    assert [line["name"] for line in (church, golf_ball)] == ["教堂", "高尔夫球"]
    assert numbers(church["x"]).tolist() == numbers(golf_ball["x"]).tolist() == [0, 1, 2]
    assert numbers(church["y"]) == pytest.approx([0.3, 0.6, 0.8])
    assert numbers(golf_ball["y"]) == pytest.approx([0.3, 0.1, 0.15])
    assert church["line"]["width"] > golf_ball["line"]["width"]


def test_strangers_words_stay_words(vit):
    wild = replace(vit, labels=("crane", "crane", "<b>*bold*</b>"))
    assert lens.chart(wild, Text("en"))["data"][1]["name"] == plain("<b>*bold*</b>")
    line = lens.chart(replace(vit, labels=("a", "a", "b%{x}")), Text("en"))["data"][1]
    assert "%{x}" in unescape(line["hovertemplate"]) and line["hovertemplate"].count("%{x}") == 1
    assert unescape(line["name"]) == "b%{x}"
