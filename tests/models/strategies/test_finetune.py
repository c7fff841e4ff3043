"""A translator goes on learning: what it is fed, that no target leaks into what it reads, and what is measured."""

import copy
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from models.strategies import finetune
from models.translation.vocabulary import EOS, PAD
from tests.models.translation.tiny import marian

STRATEGIES = finetune.Recipe().strategies
SOURCE = torch.tensor([[3, 4, 5, EOS], [6, 7, EOS, PAD]])
TARGET = torch.tensor([[8, 9, 10, EOS], [11, 12, EOS, PAD]])
GOLD = F.pad(TARGET[:, :-1], (1, 0), value=PAD)


def coins():
    return torch.Generator().manual_seed(0)


def fed(model, strategy, target=TARGET, share=0.5):
    return finetune.fed(model, SOURCE, target, strategy, share, coins())


def test_teacher_forcing_and_coins_that_all_fall_for_the_truth_feed_the_target():
    model = marian(0)
    assert (fed(model, "teacher_forcing") == GOLD).all()
    assert (fed(model, "linear", share=1.0) == GOLD).all()
    scores = model(SOURCE, SOURCE.ne(PAD), decoder_input_ids=GOLD).logits
    assert (fed(model, "linear", share=0.0)[:, 1:] == scores.argmax(-1)[:, :-1]).all()


def test_its_own_output_is_the_librarys_and_knows_of_a_target_its_length_alone():
    model: Any = marian(0)
    read = fed(model, "own_output")
    assert (read == fed(model, "own_output", TARGET.flip(0).roll(1, 1))).all()
    said = model.generate(input_ids=SOURCE, attention_mask=SOURCE.ne(PAD), num_beams=1, max_length=4)
    assert (read[:, : said.shape[1]] == said).all()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_future_target_changes_no_earlier_loss(strategy):
    model = marian(1)
    other = TARGET.clone()
    other[:, 2] = 13

    def losses(target):
        read = fed(model, strategy, target)
        logits = model(SOURCE, SOURCE.ne(PAD), decoder_input_ids=read).logits
        return F.cross_entropy(logits.transpose(1, 2), target, reduction="none")

    torch.testing.assert_close(losses(TARGET)[:, :2], losses(other)[:, :2])


def test_equal_seeds_learn_equally_and_truth_alone_is_teacher_forcing():
    pairs = [([3, 4, 5, EOS], [8, 9, 10, EOS]), ([6, 7, EOS], [11, 12, EOS])]
    recipe = finetune.Recipe(steps=3, half=1e9)

    def learned(strategy, seed=1):
        model = copy.deepcopy(marian(2)).requires_grad_(True)
        finetune.learn(model, pairs, recipe, strategy, seed)
        return torch.cat([weight.flatten() for weight in model.parameters()])

    forced = learned("teacher_forcing")
    assert torch.equal(forced, learned("teacher_forcing"))
    assert torch.equal(forced, learned("linear"))  # epsilon stays at 1 for so slow a schedule
    assert not torch.equal(forced, learned("own_output"))
