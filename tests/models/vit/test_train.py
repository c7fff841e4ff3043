"""The recipe on eight random pictures, and the records of the real runs."""

import json

import pytest
import torch
from torchvision.transforms.functional import rgb_to_grayscale, to_pil_image

from models import classification, imagenette
from models.checkpoint import open_model
from models.classification import evaluate, follows, save, train
from models.families import VIT
from models.vit.trace import trace
from models.vit.train import MUON_PARAMETERS, Recipe, build

TINY = Recipe(schedule=((32, 1), (48, 1)), image_size=48, n_embd=24, n_layer=2, n_head=2, batch_size=4)


class Interrupted(Exception):
    """The machine went down."""


@pytest.fixture(scope="module")
def data():
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (8, 3, 40, 40), dtype=torch.uint8, generator=generator)
    return images, torch.arange(8)


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_DEVICE", "cpu")
        return train(build, TINY, MUON_PARAMETERS, data, data, tmp_path_factory.mktemp("state") / "run.pt")


def test_the_schedule_is_followed(trained):
    _, history = trained
    assert [(row["epoch"], row["size"]) for row in history] == [(1, 32), (2, 48)]
    assert all(0 < row["loss"] < 10 and 0 <= row["val_accuracy"] <= 1 for row in history)


def test_a_resumed_run_equals_an_uninterrupted_one(trained, data, tmp_path, monkeypatch):
    def interrupted(model, dataset, size):
        if size == 48:
            raise Interrupted
        return accuracy(model, dataset, size)

    accuracy = classification.accuracy
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    monkeypatch.setattr(classification, "accuracy", interrupted)
    with pytest.raises(Interrupted):
        train(build, TINY, MUON_PARAMETERS, data, data, tmp_path / "run.pt")
    monkeypatch.setattr(classification, "accuracy", accuracy)
    saved = torch.load(tmp_path / "run.pt", weights_only=True)
    assert [row["epoch"] for row in saved["history"]] == [1]

    model, history = train(build, TINY, MUON_PARAMETERS, data, data, tmp_path / "run.pt")
    for once, resumed in zip(trained[1], history, strict=True):
        assert {**once, "seconds": 0} == {**resumed, "seconds": 0}
    for name, value in trained[0].state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name
    assert any(not torch.equal(value, model.state_dict()[name]) for name, value in saved["model"].items())


def test_the_saved_model_opens_through_the_door(trained, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    model, history = trained
    save(model, TINY, history, tmp_path)
    _, opened, processor = open_model(str(tmp_path), VIT, "image")
    for name, value in model.state_dict().items():
        assert torch.equal(value.half().float(), opened.state_dict()[name]), name
    pixels = torch.randn(1, 3, 48, 48, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(opened(pixels).logits, model(pixels).logits, rtol=0, atol=5e-3)
    assert processor.size == (48, 48)
    assert tuple(processor.image_mean) == imagenette.MEAN
    assert tuple(processor.image_std) == imagenette.STD
    assert opened.config.id2label == dict(enumerate(imagenette.LABELS.values()))
    assert opened.config.source_size == imagenette.SIDE
    assert json.loads((tmp_path / "history.json").read_text()) == history


def test_what_is_measured_is_what_a_visitor_would_be_told(trained, data, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    save(trained[0], TINY, trained[1], tmp_path)
    vit = open_model(str(tmp_path), VIT, "image")
    answers = [int(trace(vit, to_pil_image(image)).probability.argmax()) for image in data[0]]
    images, _ = data
    labels = torch.tensor(answers[:3] + [(answer + 1) % 10 for answer in answers[3:]])
    figures, said = evaluate(tmp_path, "ViTForImageClassification", (images, labels))
    assert figures["val_accuracy"] == 0.375 and said["answer"].tolist() == answers
    first = to_pil_image(rgb_to_grayscale(images[0], 3))
    assert said["grey"].tolist() == [int(trace(vit, first).probability.argmax())]
    assert figures == follows(said) and {"tenth_accuracy", "grey_accuracy", "blurred_accuracy"} < figures.keys()
