"""CMLM against Marian's own layers, which carry the same weights."""

import pytest
import torch

from models.translation import train_cmlm, train_marian
from models.translation.cmlm import CmlmForTranslation, Encoded, positions
from models.translation.training import Recipe

SMALL = {"n_layer": 2, "n_embd": 16, "n_head": 2, "n_inner": 24, "dropout": 0.0}


@pytest.fixture(scope="module")
def twins():
    """A Marian model and a CMLM with its weights."""
    torch.manual_seed(0)
    marian = train_marian.build(Recipe(**SMALL), 40).eval()
    marian.final_logits_bias.normal_()
    cmlm = train_cmlm.build(train_cmlm.Recipe(**SMALL), 40).eval()
    weights = {name.removeprefix("model."): value for name, value in marian.state_dict().items()}
    weights["final_logits_bias"] = weights["final_logits_bias"][0]
    cmlm.load_state_dict({name: weights.get(name, value) for name, value in cmlm.state_dict().items()})
    return marian, cmlm


SOURCE = torch.tensor([[5, 6, 7, 8, 1], [9, 10, 1, 0, 0]])
TARGET = torch.tensor([[11, 3, 12, 3], [3, 13, 3, 0]])


@torch.no_grad()
def test_the_encoder_is_marians_but_for_the_length_token(twins):
    marian, cmlm = twins
    mask, x = SOURCE.ne(0), cmlm.embed(SOURCE)
    for layer in cmlm.encoder["layers"]:
        x, _, _ = layer(x, mask)
    theirs = marian.model.encoder(SOURCE, attention_mask=mask).last_hidden_state
    assert torch.allclose(x[mask], theirs[mask], atol=1e-5)


@torch.no_grad()
def test_the_decoder_is_marians_with_a_full_view(twins):
    marian, cmlm = twins
    mask = SOURCE.ne(0)
    states = marian.model.encoder(SOURCE, attention_mask=mask).last_hidden_state
    ours, _, _ = cmlm.decode(TARGET, Encoded(states, mask, torch.zeros(2, 9)))
    real = TARGET.ne(0)
    view = torch.zeros(2, 1, 4, 4).masked_fill(~real[:, None, None], torch.finfo(torch.float32).min)
    theirs = marian(
        encoder_outputs=(states,), attention_mask=mask, decoder_input_ids=TARGET, decoder_attention_mask=view
    ).logits
    assert torch.allclose(cmlm.logits(ours)[real], theirs[real], atol=1e-4)
    causal = marian(encoder_outputs=(states,), attention_mask=mask, decoder_input_ids=TARGET).logits
    assert not torch.allclose(causal[real], theirs[real], atol=1e-2)


def test_positions_are_marians(twins):
    marian, _ = twins
    assert torch.allclose(positions(50, 16), marian.model.encoder.embed_positions.weight[:50], atol=1e-6)


@torch.no_grad()
def test_attention_rows_sum_to_one_and_padding_is_not_seen(twins):
    _, cmlm = twins
    source = cmlm.encode(SOURCE)
    _, own, cross = cmlm.decode(TARGET, source)
    assert own.shape == (2, 2, 2, 4, 4) and cross.shape == (2, 2, 2, 4, 5)
    assert torch.allclose(own.sum(-1), torch.ones(2, 2, 2, 4)) and torch.allclose(cross.sum(-1), torch.ones(2, 2, 2, 4))
    assert own[1, ..., 3].max() == 0 and cross[1, ..., 3:].max() == 0


@torch.no_grad()
def test_no_length_is_zero(twins):
    assert twins[1].encode(SOURCE).length_logits[:, 0].max() == float("-inf")


def test_it_saves_and_opens_again(twins, tmp_path):
    _, cmlm = twins
    cmlm.save_pretrained(tmp_path)
    again = CmlmForTranslation.from_pretrained(tmp_path).eval()
    ours, theirs = (model.decode(TARGET, model.encode(SOURCE))[0] for model in (cmlm, again))
    assert torch.equal(ours, theirs)
