"""Recall by hand."""

import pytest
import torch

from models.clip import retrieval


def test_a_rank_is_that_of_the_best_right_answer_and_a_tie_counts_against():
    scores = torch.tensor([[0.9, 0.5, 0.1], [0.2, 0.2, 0.1], [0.1, 0.3, 0.2]])
    right = torch.tensor([[False, True, True], [True, False, False], [False, True, False]])
    assert retrieval.ranks(scores, right).tolist() == [1, 1, 0]


def test_recall_counts_what_is_among_the_first():
    found = retrieval.recall(torch.tensor([0, 0, 3, 7, 20]))
    assert found == {"R@1": 0.4, "R@5": 0.6, "R@10": 0.8, "median": 4}


def test_both_ways_have_their_own_right_answers():
    """Two pictures with two texts each; one text of the second looks like the first picture."""
    images = torch.eye(2)
    texts = torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.96, 0.28]])
    found = retrieval.both_ways(images, texts, torch.tensor([0, 0, 1, 1]))
    assert found["text_to_image"]["R@1"] == 0.75
    assert found["image_to_text"]["R@1"] == 1.0


def test_embeddings_without_meaning_are_at_chance():
    generator = torch.manual_seed(0)
    images, texts = (torch.nn.functional.normalize(torch.randn(n, 32, generator=generator)) for n in (500, 2500))
    found = retrieval.both_ways(images, texts, torch.arange(500).repeat_interleave(5))
    assert found["text_to_image"]["R@10"] == pytest.approx(10 / 500, abs=0.01)
