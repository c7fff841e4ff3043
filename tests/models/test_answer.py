"""A classifier's outputs become probabilities as its config says, and names that can be shown."""

import shutil
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import ViTConfig, ViTForImageClassification

from models.answer import class_names, probabilities
from models.checkpoint import open_model
from models.cnn_vs_attention import position_ablation
from models.errors import InputError
from models.families import VIT
from models.prepared import prepare_model
from models.vit import trace
from tests.models.conftest import SIZES, save

LOGITS = [1.6, 1.45, 1.39, -0.2, -3.2]


def saved(folder, logits, **settings):
    """A ViT that answers with these logits, whatever it sees."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    model: Any = ViTForImageClassification(ViTConfig(**{**SIZES, "num_labels": len(logits), **settings}))
    model.classifier.weight.data.zero_()
    model.classifier.bias.data = torch.tensor(logits)
    return open_model(str(save(model, folder)), VIT, "image")


@pytest.mark.parametrize(
    ("logits", "settings", "expected", "independent"),
    [
        (LOGITS, {"problem_type": "multi_label_classification"}, [0.83, 0.81, 0.80, 0.45, 0.04], True),
        (LOGITS, {"problem_type": "single_label_classification"}, [0.35, 0.30, 0.28, 0.06, 0.00], False),
        (LOGITS, {}, [0.35, 0.30, 0.28, 0.06, 0.00], False),
        ([1.6], {}, [0.83], True),
    ],
)
def test_the_problem_type_decides(logits, settings, expected, independent, photo, tmp_path):
    opened = saved(tmp_path / "model", logits, **settings)
    seen, prepared = trace.trace(opened, photo), prepare_model(photo, opened)
    moved = position_ablation.ablate(opened.model, prepared.pixels, 8, 8, 0)
    assert seen.independent is independent
    for found in (seen.probability, prepared.probability(), moved.probability[0, 0]):
        assert found.round(2).tolist() == pytest.approx(expected, abs=0.0051)


def test_an_answer_that_is_no_number_is_refused(photo, tmp_path):
    opened = saved(tmp_path / "model", [3e38, 3e38])
    opened.model.classifier.bias.data *= 10
    for ask in (trace.trace, lambda opened, photo: prepare_model(photo, opened).probability()):
        with pytest.raises(InputError) as caught:
            ask(opened, photo)
        assert caught.value.code == "model.no_numbers"
    with pytest.raises(InputError):
        probabilities(torch.tensor([float("nan"), 0]), opened.model.config, "a")


def test_names_are_one_line_each_and_can_be_sent():
    names = {0: "a\nb\t c", 1: 7, 2: "\ud800x", 3: "l" * 1000, 4: "a\u2028b\x00"}
    config = SimpleNamespace(id2label=names, num_labels=5)
    found = class_names(config)
    assert found[:3] == ("a b c", "7", "?x") and found[4:] == ("a b",)
    assert len(found[3]) == 200 and found[3].endswith("l…")
