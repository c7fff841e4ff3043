"""Attention over the source, and the loss of each source token: recomputed from the weights."""

import numpy as np
import pytest
import torch

from models.anatomy.cross import trace
from models.anatomy.teacher_forcing import encode, predict
from tests.models.anatomy.by_hand import SENTENCE


@pytest.fixture(scope="module")
def found(translator):
    return trace(sentence=SENTENCE, language="de", model=translator)


def test_attention_comes_from_the_weights(found, by_hand):
    np.testing.assert_allclose(found.attention, by_hand()[1], atol=1e-5)
    np.testing.assert_allclose(found.attention.sum(-1), 1, atol=1e-5)


def test_a_hidden_token_changes_what_the_weights_say(found, known, by_hand):
    plain, _ = by_hand()
    assert found.hidden.token.tolist() == plain.argmax(-1).tolist() == known.reading.says.tolist()
    for source in range(known.reading.ids.shape[1]):
        seen = torch.arange(known.reading.ids.shape[1]) != source
        other, attention = by_hand(seen=seen)
        assert attention[..., source].max() == 0
        np.testing.assert_allclose(
            found.hidden.difference[source], (plain.exp() - other.exp()).abs().sum(-1) / 2, atol=1e-4
        )
        assert found.hidden.then[source].tolist() == other.argmax(-1).tolist()


def test_a_removed_token_is_read_by_no_other_either(found, translator, known, by_hand):
    plain, _ = by_hand()
    for source in range(known.reading.ids.shape[1]):
        seen = torch.arange(known.reading.ids.shape[1]) != source
        with torch.inference_mode():
            states = encode(translator.model, known.reading.ids, seen[None].long())
        other, _ = by_hand(seen=seen, states=states[0])
        np.testing.assert_allclose(
            found.removed.difference[source], (plain.exp() - other.exp()).abs().sum(-1) / 2, atol=1e-4
        )
    assert np.abs(found.removed.difference - found.hidden.difference).max() > 0.01


def test_the_encoders_other_tokens_do_not_see_a_removed_one(translator, known):
    seen = torch.ones_like(known.reading.ids)
    seen[0, 1] = 0
    other = known.reading.ids.clone()
    other[0, 1] = 77
    others = [place for place in range(known.reading.ids.shape[1]) if place != 1]
    with torch.inference_mode():
        one, two = encode(translator.model, known.reading.ids, seen), encode(translator.model, other, seen)
        torch.testing.assert_close(one[:, others], two[:, others])
        same = [predict(translator.model, states, known.reading.read, seen=seen).log_prob for states in (one, two)]
    torch.testing.assert_close(*same)
