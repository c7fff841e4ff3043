"""Live training: losses are those of a plain loop, and the model that all share stays as it was."""

import copy

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models.errors import InputError
from models.gpt import learn
from models.gpt.prompt import encode

LESSON = "to be or not to be"


def test_losses_are_those_of_a_plain_loop_and_the_model_stays_as_it_was(decoder):
    before = copy.deepcopy(decoder.model.state_dict())
    *growing, last = learn.trace(LESSON, decoder)
    assert [len(one.step) for one in growing] == list(range(1, len(last.step))) and not growing[-1].done and last.done
    model, ids = copy.deepcopy(decoder.model).requires_grad_(True), encode(decoder, LESSON)
    optimizer, wanted = torch.optim.AdamW(model.parameters(), lr=learn.RATE, weight_decay=0), []
    for _ in range(learn.STEPS + 1):
        value = F.cross_entropy(model(ids).logits[0, :-1], ids[0, 1:])
        wanted.append(value.item())
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    np.testing.assert_allclose(last.loss, wanted[:: learn.EVERY], rtol=1e-3)
    assert last.loss[-1] < last.loss[0]
    assert all(torch.equal(value, decoder.model.state_dict()[name]) for name, value in before.items())


def test_what_it_writes_is_greedy_and_its_share_is_counted(decoder):
    last = list(learn.trace(LESSON, decoder))[-1]
    ids = encode(decoder, LESSON)
    n_given = ids.shape[1] // learn.GIVEN
    greedy = decoder.model.generate(
        ids[:, :n_given], max_new_tokens=ids.shape[1] - n_given, do_sample=False, eos_token_id=None, pad_token_id=1
    )
    assert last.text[0] == decoder.reader.decode(greedy[0], skip_special_tokens=True)
    assert last.right[0] == pytest.approx((greedy[0, n_given:] == ids[0, n_given:]).float().mean().item())


def test_the_other_text_is_drawn_by_its_seed_before_the_first_step(decoder):
    first, other = (next(learn.trace(LESSON, decoder, seed=seed)).other_loss[0] for seed in (1, 2))
    again = next(learn.trace(LESSON, decoder, seed=1)).other_loss[0]
    assert first == again != other


def test_what_cannot_be_learned_is_refused(decoder, monkeypatch):
    with pytest.raises(InputError, match="short"):
        next(learn.trace("to be", decoder))
    monkeypatch.setattr(learn, "MAX_PARAMETERS", 100)
    with pytest.raises(InputError, match="too_large"):
        next(learn.trace(LESSON, decoder))
