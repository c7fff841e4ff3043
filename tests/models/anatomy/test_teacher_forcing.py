"""One pass over a known output: for every family the plain forward, and what generate() saw; its mask holds."""

import copy

import numpy as np
import pytest
import torch

from models.anatomy import teacher_forcing
from models.anatomy.teacher_forcing import encode, know, predict
from models.errors import InputError
from models.translation.bundled import AUTOREGRESSIVE
from tests.models.anatomy.by_hand import SENTENCE
from tests.models.translation.families import tiny
from tests.models.translation.tiny import sentence

PAD = 3
"""Not the start token: M2M100 counts positions, and FSMT looks, past what is padding."""


@pytest.fixture(scope="module", params=AUTOREGRESSIVE)
def run(request):
    """A tiny model, the ids of a sentence, the encoder's states, and what generate() saw and wrote."""
    model, ids = tiny(request.param, pad_token_id=PAD), sentence(0)
    with torch.inference_mode():
        wrote = model.generate(
            input_ids=ids,
            max_new_tokens=8,
            min_new_tokens=8,
            num_beams=1,
            return_dict_in_generate=True,
            output_logits=True,
        )
        yield model, ids, encode(model, ids), wrote


def test_one_pass_is_the_plain_forward_and_what_generate_saw(run):
    model, ids, states, wrote = run
    read = wrote.sequences[:, :-1]
    found = predict(model, states, read).log_prob
    saw = torch.cat(wrote.logits).log_softmax(-1)
    torch.testing.assert_close(found, saw, atol=2e-3, rtol=1e-4)
    plain = model(input_ids=ids, decoder_input_ids=read, use_cache=False).logits[0].log_softmax(-1)
    torch.testing.assert_close(found, plain, atol=2e-3, rtol=1e-4)


def test_a_token_moves_what_comes_after_it_alone_unless_the_mask_is_off(run):
    model, _, states, wrote = run
    read = wrote.sequences[:, :-1]
    other = read.clone()
    other[0, 4] = 5 + (read[0, 4] == 5)
    for causal in (True, False):
        moved = (predict(model, states, read, causal=causal).log_prob
                 - predict(model, states, other, causal=causal).log_prob).abs().amax(-1)  # fmt: skip
        assert (moved[:4] == 0).all() if causal else (moved[:4] > 1e-6).all()
        assert (moved[4:] > 1e-6).all()


def test_a_hidden_source_token_gets_no_attention(run):
    model, ids, states, wrote = run
    seen = torch.ones_like(ids)
    seen[0, 2] = 0
    read = wrote.sequences[:, :-1]
    plain, without = (predict(model, states, read, seen=one) for one in (None, seen))
    for layer in without.cross_attention:
        assert layer[..., 2].max() < 1e-6
        torch.testing.assert_close(layer.sum(-1), torch.ones_like(layer[..., 0]))
    assert all(layer[..., 2].min() > 0 for layer in plain.cross_attention)
    assert (plain.log_prob - without.log_prob).abs().amax(-1).min() > 1e-6


def test_every_number_comes_from_the_weights(translator, known, by_hand):
    seen = torch.ones(known.reading.ids.shape[1], dtype=torch.bool)
    seen[1] = False
    for causal in (True, False):
        for one in (None, seen):
            found = predict(
                translator.model,
                known.states,
                known.reading.read,
                causal=causal,
                seen=None if one is None else one[None].long(),
            )
            wanted, attention = by_hand(causal=causal, seen=one)
            torch.testing.assert_close(found.log_prob, wanted, atol=1e-4, rtol=1e-4)
            torch.testing.assert_close(torch.cat(found.cross_attention), attention, atol=1e-5, rtol=1e-4)


def test_a_missing_mask_would_be_seen(translator, known, by_hand, monkeypatch):
    monkeypatch.setattr(teacher_forcing, "mask", lambda positions, *_: torch.zeros(positions, positions))
    unmasked = predict(translator.model, known.states, known.reading.read).log_prob
    assert (unmasked - by_hand()[0]).abs().max() > 1


def test_the_output_is_the_models_own_shifted_right(translator, known):
    wrote = translator.model.generate(input_ids=known.reading.ids, max_new_tokens=64)
    assert wrote[0, 1:].tolist() == known.reading.says.tolist()
    assert wrote[0, :-1].tolist() == known.reading.read[0].tolist()
    assert known.reading.read[0, 0] == translator.model.config.decoder_start_token_id
    assert (
        known.reading.says.tolist()
        == predict(translator.model, known.states, known.reading.read).log_prob.argmax(-1).tolist()
    )


def test_an_output_of_one_token_has_nothing_to_change(translator, monkeypatch):
    monkeypatch.setattr(teacher_forcing.rules, "generate", lambda *_: torch.tensor([[0, 1]]))
    with pytest.raises(InputError, match="one_token"):
        know(SENTENCE, "de", translator)


def test_a_model_that_gives_no_numbers(translator):
    broken = copy.deepcopy(translator.model)
    broken.final_logits_bias[0, 7] = torch.nan
    with pytest.raises(InputError, match="no_numbers"):
        know(SENTENCE, "de", translator._replace(model=broken))


def test_differences_are_total_variation():
    before = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]).log()
    after = torch.tensor([[0.2, 0.6, 0.2], [0.1, 0.1, 0.8]]).log()
    gap = after.clone()
    gap[1] = torch.nan
    found = teacher_forcing.compare(before, [after, gap])
    np.testing.assert_allclose(found.difference, [[0.3, 0], [0.3, np.nan]], atol=1e-6)
    assert found.token.tolist() == [0, 2] and found.then.tolist() == [[1, 2], [1, -1]]
    np.testing.assert_allclose(found.then_probability[0], [0.6, 0.8], atol=1e-6)
