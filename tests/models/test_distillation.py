"""A teacher's stored answers are learnt from: targets, loss and resuming, on made data."""

import json
import math
from dataclasses import asdict, replace

import pytest
import torch

from models import classification, distillation, imagenette, teacher
from models.distillation import Lesson
from models.resnet import train as resnet
from models.swin import train as swin
from models.vit.train import ABLATIONS, MUON_PARAMETERS, TAUGHT, Student, Taught, build

TINY = Taught(
    schedule=((32, 1), (48, 1)),
    image_size=48,
    n_embd=24,
    n_layer=2,
    n_head=2,
    batch_size=4,
    lesson=Lesson(crops=2),
)


class Interrupted(Exception):
    """The machine went down."""


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")


def run(pictures, answers, state, recipe=TINY, **options):
    return distillation.teach(
        lambda: Student(build(recipe), recipe.width),
        recipe,
        MUON_PARAMETERS,
        pictures,
        answers,
        pictures,
        state,
        **options,
    )


def test_the_target_is_the_share_of_the_teacher_and_of_the_smoothed_label():
    probability = torch.tensor([[0.6, 0.3, 0.1, 0, 0, 0, 0, 0, 0, 0]])
    labels = torch.tensor([1])
    soft = distillation.target(Lesson(soft=0.7), probability, labels, 0.1)[0]
    expected = [0.7 * 0.6 + 0.3 * 0.01, 0.7 * 0.3 + 0.3 * 0.91, 0.7 * 0.1 + 0.3 * 0.01] + [0.3 * 0.01] * 7
    assert soft.tolist() == pytest.approx(expected)
    hard = distillation.target(Lesson(soft=0.7, hard=True), probability, labels, 0.0)[0]
    assert hard.tolist() == pytest.approx([0.7, 0.3] + [0.0] * 8)
    none = distillation.target(Lesson(soft=0.0), probability, labels, 0.1)[0]
    assert none.tolist() == pytest.approx([0.01, 0.91] + [0.01] * 8)


def test_the_loss_is_that_of_a_hand_computation():
    said = torch.tensor([[0.8, 0.2]])
    places = torch.tensor([[[[1.0, 0.25]], [[0.0, 0.75]]]])
    whole, local = torch.tensor([[1.0, 3.0]]), torch.tensor([[[1.0, 1.0], [0.0, 2.0]]])
    log_whole = 1 + math.log(1 + math.exp(2))
    of_whole = 0.8 * (log_whole - 1) + 0.2 * (log_whole - 3)
    log_place = math.log(1 + math.exp(2))
    of_places = (0.25 * log_place + 0.75 * (log_place - 2) + math.log(2)) / 2
    value = distillation.loss(Lesson(places=0.5), (whole, local), said, places)
    assert value.item() == pytest.approx(of_whole + 0.5 * of_places)


def test_mixed_pictures_keep_the_answer_of_each_patch():
    torch.manual_seed(3)
    kind = torch.arange(2.0)[:, None, None, None]
    mixed = [
        distillation.mix(kind.expand(2, 3, 32, 32), kind[:, :, 0, 0].expand(2, 1), kind.expand(2, 1, 4, 4))
        for _ in range(50)
    ]
    for pixels, said, places in mixed:
        assert torch.equal(pixels, places.repeat_interleave(8, 2).repeat_interleave(8, 3).expand(2, 3, 32, 32))
        torch.testing.assert_close(said[:, 0], places.mean((1, 2, 3)))
    assert len({float(said[0, 0]) for _, said, _ in mixed}) > 5


def test_a_student_answers_as_its_model():
    torch.manual_seed(0)
    pupil = Student(build(TINY), TINY.width).eval()
    pixels = torch.randn(2, 3, 32, 32)
    whole, local = pupil(pixels)
    torch.testing.assert_close(whole, classification.logits(pupil.model, pixels))
    assert local.shape == (2, 4, 11)


def test_a_resumed_lesson_equals_an_uninterrupted_one(pictures, answers, tmp_path, monkeypatch):
    once, history = run(pictures, answers, tmp_path / "once.pt")
    assert [(row["size"], "val_accuracy" in row) for row in history] == [(32, False), (48, True)]

    def interrupted(folder, part):
        if part == 1:
            raise Interrupted
        return load(folder, part)

    load = teacher.load
    monkeypatch.setattr(teacher, "load", interrupted)
    with pytest.raises(Interrupted):
        run(pictures, answers, tmp_path / "run.pt")
    monkeypatch.setattr(teacher, "load", load)
    resumed, again = run(pictures, answers, tmp_path / "run.pt")
    assert [{**row, "seconds": 0} for row in again] == [{**row, "seconds": 0} for row in history]
    for name, value in once.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_missing_answers_are_an_error(pictures, tmp_path):
    with pytest.raises(FileNotFoundError):
        run(pictures, tmp_path, tmp_path / "run.pt")


def test_choices_are_made_on_training_pictures_that_were_not_learnt(pictures, answers, tmp_path, monkeypatch):
    labels = torch.arange(10).repeat_interleave(20)
    chosen, rest = distillation.held_out((torch.empty(0), labels))
    assert sorted([*chosen.tolist(), *rest.tolist()]) == list(range(200))
    assert labels[rest].bincount().tolist() == [2] * 10

    learnt = []
    monkeypatch.setattr(
        distillation, "loader", lambda dataset, *rest: learnt.append(dataset) or loader_as_it_is(dataset, *rest)
    )
    run(pictures, answers, tmp_path / "run.pt", chosen=torch.tensor([1, 3, 4, 6]))
    assert [dataset[1].tolist() for dataset in learnt] == [[1, 3, 4, 6]] * 2
    assert all(torch.equal(images, pictures[0][[1, 3, 4, 6]]) for images, _ in learnt)


loader_as_it_is = distillation.loader


def test_ablations_differ_in_the_lesson_alone():
    assert len({replace(recipe, lesson=Lesson()) for recipe in ABLATIONS.values()}) == 1
    assert len({recipe.lesson for recipe in ABLATIONS.values()}) == len(ABLATIONS)
    assert ABLATIONS["places"].lesson == TAUGHT.lesson


@pytest.mark.parametrize(
    ("family", "sizes"),
    [(resnet, {"widths": (8, 16), "depths": (1, 1)}), (swin, {"n_embd": 8, "depths": (2, 2), "n_head": (2, 2)})],
    ids=["resnet", "swin"],
)
def test_a_classifier_of_maps_learns_whole_and_places(family, sizes, pictures, answers, tmp_path):
    """Its last map of 64 pixels is one of 8 x 8 places."""
    recipe = family.Taught(**sizes, schedule=((64, 2),), image_size=64, batch_size=4, place_size=8)
    pupil = distillation.Student(family.build(recipe), recipe.width).eval()
    pixels = torch.randn(2, 3, 64, 64)
    whole, places = pupil(pixels)
    torch.testing.assert_close(whole, pupil.model(pixels).logits)
    assert places.shape == (2, 64, 11)

    def made():
        return distillation.Student(family.build(recipe), recipe.width)

    hidden = family.MUON_PARAMETERS
    model, history = distillation.teach(made, recipe, hidden, pictures, answers, pictures, tmp_path / "run.pt")
    assert [row["size"] for row in history] == [64, 64]
    assert "val_accuracy" in history[-1]
    assert type(model) is type(family.build(recipe))


def test_an_ablation_without_answers_writes_nothing(tmp_path, monkeypatch, capsys):
    arguments = {"--data": tmp_path, "--out": tmp_path / "out", "--state": tmp_path / "run.pt", "--ablation": "hard"}
    monkeypatch.setattr("sys.argv", ["train", *(str(part) for pair in arguments.items() for part in pair)])
    with pytest.raises(SystemExit):
        distillation.main("resnet", resnet.build, resnet.RECIPE, resnet.TAUGHT, None, "", ablations=ABLATIONS)
    assert "needs --answers" in capsys.readouterr().err and not (tmp_path / "out").exists()


@pytest.mark.parametrize("taught", [False, True])
def test_the_command_line_learns_by_labels_or_by_the_teacher_too(taught, pictures, answers, tmp_path, monkeypatch):
    tiny = {"widths": (8, 16), "depths": (1, 1), "schedule": ((64, 1),), "image_size": 64, "batch_size": 4}
    recipes = resnet.Recipe(**tiny), resnet.Taught(**tiny, place_size=8)
    monkeypatch.setattr(imagenette, "load", lambda *_: pictures)
    monkeypatch.setattr(imagenette, "sha256", lambda _: {"train": "a", "val": "b"})
    folders = {"--data": tmp_path, "--out": tmp_path / "out", "--state": tmp_path / "run.pt"}
    folders |= {"--answers": answers} if taught else {}
    monkeypatch.setattr("sys.argv", ["recipe", *(str(part) for pair in folders.items() for part in pair)])
    distillation.main("tiny", resnet.build, *recipes, resnet.MUON_PARAMETERS, None)
    record = json.loads((tmp_path / "out" / "recipe.json").read_text())
    assert record["recipe"] == json.loads(json.dumps(asdict(recipes[taught])))
    assert ("lesson" in record["recipe"]) is taught
    assert 0 <= record["val_accuracy"] <= 1


def test_an_ablation_is_judged_on_the_held_out_tenth_and_writes_no_checkpoint(pictures, answers, tmp_path, monkeypatch):
    tiny = resnet.Taught(
        widths=(8, 16), depths=(1, 1), schedule=((64, 1),), image_size=64, batch_size=4, place_size=8, lesson=Lesson(2)
    )
    monkeypatch.setattr(imagenette, "load", lambda *_: pictures)
    folders = {"--data": tmp_path, "--answers": answers, "--out": tmp_path / "out", "--state": tmp_path / "run.pt"}
    monkeypatch.setattr(
        "sys.argv", ["recipe", "--ablation", "hard", *(str(p) for pair in folders.items() for p in pair)]
    )
    taught = []
    monkeypatch.setattr(distillation, "teach", lambda *given: taught.append(given) or (None, []))
    hard = replace(tiny, lesson=Lesson(2, hard=True))
    distillation.main("tiny", resnet.build, resnet.RECIPE, tiny, None, None, ablations={"hard": hard})
    (_, learning, _, train_set, _, judged_on, _, chosen) = taught[0]
    assert learning == hard and train_set is pictures
    assert chosen.tolist() == [1, 2, 3, 4, 5, 6, 7] and judged_on[1].tolist() == [pictures[1][0]]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("family", [resnet, swin], ids=["resnet", "swin"])
def test_a_place_of_the_shipped_sizes_is_a_place_of_the_last_map(family):
    recipe = family.TAUGHT
    with torch.inference_mode():
        body = family.build(recipe).eval().base_model(torch.zeros(1, 3, 128, 128))
    width = body.pooler_output.flatten(1).shape[1]
    assert width == recipe.width
    assert body.last_hidden_state.numel() == width * (128 // recipe.place_size) ** 2
