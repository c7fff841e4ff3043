"""CLIP's logits by hand; its loss is that of transformers and knows no order."""

import math

import pytest
import torch
from transformers.models.clip import modeling_clip

from models.clip import loss

SCORES = torch.randn(7, 7, generator=torch.manual_seed(1)) * 3


def test_logits_are_cosines_times_the_scale():
    images, texts = torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[0.0, 2.0], [5.0, 0.0], [-1.0, -1.0]])
    found = loss.logits(images, texts, torch.tensor(10.0))
    half = -10 / math.sqrt(2)
    torch.testing.assert_close(found, torch.tensor([[8.0, 6.0, 1.4 * half], [0.0, 10.0, half]]))


def test_the_loss_of_two_pairs_by_hand():
    scores = torch.tensor([[2.0, 0.0], [1.0, 3.0]])
    rows = math.log(1 + math.exp(-2)) + math.log(1 + math.exp(-2))
    columns = math.log(1 + math.exp(-1)) + math.log(1 + math.exp(-3))
    assert loss.symmetric(scores).item() == pytest.approx((rows + columns) / 4)


def test_the_loss_is_that_of_transformers():
    torch.testing.assert_close(loss.symmetric(SCORES), modeling_clip.image_text_contrastive_loss(SCORES))


def test_the_loss_knows_no_order_of_pairs_and_no_side():
    order = torch.randperm(7, generator=torch.manual_seed(2))
    expected = loss.symmetric(SCORES)
    torch.testing.assert_close(loss.symmetric(SCORES[order][:, order]), expected)
    torch.testing.assert_close(loss.symmetric(SCORES.T), expected)
    assert not torch.isclose(loss.symmetric(SCORES[order]), expected), "pairs are torn apart"
