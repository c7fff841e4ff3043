"""What is recorded of the bundled classifiers and translators follows from what they said; differences are found."""

import json
import shutil
import sys

import numpy as np
import pytest

from models import classification, predictions, shipped
from models.checkpoint import BUNDLED
from models.translation import metrics
from tools import recheck

ALL = recheck.names()
FIGURES = {"val_accuracy": 0.9091, "tenth_accuracy": 0.5, "grey_accuracy": 0.5, "blurred_accuracy": 0.0}


@pytest.mark.parametrize("name", ALL)
def test_a_record_follows_from_what_is_stored(name):
    record, found = recheck.recorded(name), recheck.follows(name)
    assert found == {place: record[place] for place in found}
    figures = [place for place in record if place.endswith(("bleu", "brevity_penalty", "repetition", "accuracy"))]
    signatures = {place for place in figures if isinstance(record[place], str)}
    assert {*figures} - signatures == {*found}


def test_all_of_one_kind_are_there():
    assert {name.split("-")[0] for name in ALL} == {"cmlm", "marian", "mobilevit", "resnet", "swin", "vit"}


def test_places_in_a_record():
    assert recheck.flat({"a": {"b": {"c": 1}, "d": [2]}, "e": 3}) == {"a/b/c": 1, "a/d": [2], "e": 3}


@pytest.fixture
def said(tmp_path, monkeypatch):
    """A bundled classifier of eleven pictures, of which ten were right; in grey the first of two, blurred none."""
    shutil.copytree(BUNDLED / "vit-imagenette", tmp_path / "vit", ignore=shutil.ignore_patterns("*.safetensors"))
    said = {"answer": [1] * 11, "label": [1] * 10 + [2], "grey": [1, 1], "blurred": [0, 0]}
    said = {name: np.array(one, np.uint8) for name, one in said.items()}
    (tmp_path / "vit" / "recipe.json").write_text(json.dumps(FIGURES))
    predictions.write(tmp_path / "vit", said)
    monkeypatch.setattr(recheck, "BUNDLED", tmp_path)
    return said


def test_the_same_is_no_difference_and_all_others_are(said):
    assert recheck.follows("vit") == FIGURES
    assert recheck.differences("vit", FIGURES, said) == []
    other = said | {"answer": said["label"]}
    assert recheck.differences("vit", FIGURES | {"val_accuracy": 1.0}, other) == [
        "val_accuracy: 0.9091 recorded, 1.0 measured",
        "answer: another answer to 1 of 11",
    ]
    fewer = said | {"answer": said["answer"][:2]}
    assert recheck.differences("vit", {}, fewer) == ["answer: not of the same sentences or pictures"]


@pytest.mark.parametrize("right", [True, False])
def test_the_command_fails_on_a_difference_or_records_it(right, said, monkeypatch, tmp_path, capsys):
    told = said if right else said | {"answer": said["label"]}
    figures = classification.follows(told)
    monkeypatch.setattr(recheck, "measure", lambda *_: (figures, told))
    monkeypatch.setattr(sys, "argv", ["recheck", "vit", "--data", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        recheck.main()
    assert ended.value.code == (not right)
    assert ("vit: as recorded" in capsys.readouterr().out) == right
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--write"])
    other = f"{'0' * 64}  other/recipe.json\n"
    (tmp_path / shipped.SUMS).write_text(f"{other}{'1' * 64}  vit/recipe.json\n")
    with pytest.raises(SystemExit) as ended:
        recheck.main()
    assert not ended.value.code and recheck.recorded("vit") == recheck.follows("vit") == figures
    assert shipped.whole(tmp_path / "vit") and (tmp_path / shipped.SUMS).read_text().startswith(other)


def test_counts_of_translations_give_the_figures_of_the_whole():
    outputs, target = ["一只狗在跑", "两个人人人"], ["一只狗在雪地里跑", "两个人坐着"]
    counted = metrics.corpus_bleu.counts(outputs, [[one] for one in target], "zh")
    found, whole = metrics.follows(counted), metrics.score(outputs, target, "zh")
    assert found == {name: whole[name] for name in ("bleu", "brevity_penalty")}
    tokens = np.array([[5, 0], [5, 2]])
    assert metrics.follows(np.concatenate([counted, tokens], axis=1)) == found | {"repetition": 0.2}
