from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text, plain
from lab.views.patches import answer, swin_answer


def test_the_most_probable_classes_come_first_and_in_the_pages_language(vit):
    meta, arrays = answer.payload(vit, Text("zh"))
    assert [row["label"] for row in meta["classes"]] == ["教堂", "高尔夫球", "丁鱥"]
    assert [row["share"] for row in meta["classes"]] == pytest.approx([0.8, 0.15, 0.05])
    assert [row["percent"] for row in meta["classes"]] == ["80%", "15%", "5.0%"]
    assert not arrays
    assert [row["label"] for row in answer.payload(vit, Text("en"), 1).meta["classes"]] == ["church"]


def test_what_the_model_knows(vit):
    assert "church, tench, golf ball" in answer.claim(vit, Text("en"))
    many = replace(vit, labels=tuple("abcdefghijklm"), lens_probability=np.full((3, 13), 1 / 13))
    assert "13 classes" in answer.claim(many, Text("en"))
    assert "a, b" not in answer.claim(many, Text("en"))


def test_strangers_words_stay_words(vit):
    wild = replace(vit, model="![x](https://a.b/c)", labels=("crane", "crane", "<b>*bold*</b>"))
    classes = answer.payload(wild, Text("en")).meta["classes"]
    assert [row["label"] for row in classes] == ["crane (0)", "<b>*bold*</b>", "crane (1)"]
    known = answer.claim(wild, Text("en"))
    assert known.startswith(plain("![x](https://a.b/c)"))
    assert plain("crane (1)") in known and plain("<b>*bold*</b>") in known


@pytest.mark.parametrize(
    "labels",
    [("a", "a", "a (0)"), ("a (1)", "a", "a"), ("a (0)", "a (0)", "a (0) (1)"), ("church", "Church", "church (0)")],
)
def test_labels_that_are_alike_are_all_shown(vit, labels):
    for language in LANGUAGES:
        classes = answer.payload(replace(vit, labels=labels), Text(language)).meta["classes"]
        assert len({row["label"] for row in classes}) == 3
        assert sum(row["share"] for row in classes) == pytest.approx(1)


def test_classes_with_a_probability_of_their_own(vit):
    one = replace(vit, independent=True, labels=("tench",), lens_probability=np.full((3, 1), 0.83))
    assert answer.claim(one, Text("en")).endswith("has one output, the probability of its one class: tench.")
    claim = answer.claim(replace(vit, independent=True), Text("en"))
    assert "a probability of its own" in claim and claim.endswith("church, tench, golf ball.")


def test_the_swin_answers_in_a_line(swin):
    assert swin_answer.claim(swin, Text("en")) == "Swin (made) answers: tench, 70%."
    assert "丁鱥" in swin_answer.claim(swin, Text("zh"))
    wild = replace(swin, model="*made*", labels=("church", "<b>", "golf ball"))
    assert swin_answer.claim(wild, Text("en")) == f"Swin ({plain('*made*')}) answers: {plain('<b>')}, 70%."
