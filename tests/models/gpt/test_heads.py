"""Heads: the weights are the model's, and a rule finds the heads that follow it."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models.errors import InputError
from models.gpt import heads
from models.gpt.prompt import encode
from models.traces import HEAD_RULES

TEXT = "to be or "
HALF = 5


def looks_at(key):
    """Weights (1, 1, 1, query, key) of a head that looks at key(query) alone, else at the first token."""
    weights = torch.zeros(2 * HALF, 2 * HALF)
    for query in range(2 * HALF):
        weights[query, max(0, key(query))] = 1
    return weights[None, None, None]


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("first", lambda query: 0),
        ("previous", lambda query: query - 1),
        ("same", lambda query: query - HALF),
        ("induction", lambda query: query - HALF + 1),
    ],
)
def test_a_head_that_follows_a_rule_has_all_of_its_share_and_of_no_other(rule, key):
    shares = {one: heads.follows(looks_at(key), one, HALF).item() for one in HEAD_RULES}
    assert shares.pop(rule) == pytest.approx(1)
    assert all(share < 0.7 for share in shares.values())


def test_attention_is_that_of_a_plain_forward_and_random_tokens_come_twice(any_decoder):
    found = heads.trace(TEXT, any_decoder)
    ids = encode(any_decoder, TEXT)
    with torch.inference_mode():
        plain = any_decoder.model(ids, output_attentions=True).attentions
    np.testing.assert_allclose(found.attention, torch.stack(plain)[:, 0], atol=1e-6)
    np.testing.assert_allclose(found.attention.sum(-1), 1, atol=1e-5)
    assert not np.triu(found.attention, 1).any()
    twice = heads.repeated(any_decoder, found.half)
    assert torch.equal(twice[:, : found.half], twice[:, found.half :])
    assert not set(twice.flatten().tolist()) & set(any_decoder.reader.all_special_ids)
    with torch.inference_mode():
        answer = any_decoder.model(twice, output_attentions=True)
    losses = [
        F.cross_entropy(logits[:-1], ids[1:], reduction="none")
        for logits, ids in zip(answer.logits, twice, strict=True)
    ]
    np.testing.assert_allclose(found.surprise, torch.stack(losses).mean(0), atol=1e-4)
    places = range(found.half, 2 * found.half)
    induction = np.mean([[a[:, :, q, q - found.half + 1].mean(0) for q in places] for a in answer.attentions], axis=1)
    np.testing.assert_allclose(found.share[HEAD_RULES.index("induction")], induction, atol=1e-5)


def test_chance_is_attention_that_is_spread_evenly(decoder):
    found = heads.trace(TEXT, decoder)
    later = np.arange(found.half, 2 * found.half)
    assert found.chance[HEAD_RULES.index("induction")] == pytest.approx((1 / (later + 1)).mean())
    assert found.chance[0] == pytest.approx((1 / np.arange(3, 2 * found.half + 1)).mean())


def test_more_weights_than_a_page_can_show_are_refused_by_number(decoder):
    many = SimpleNamespace(num_hidden_layers=100, num_attention_heads=1000)
    large = decoder._replace(model=SimpleNamespace(config=many))
    with pytest.raises(InputError) as refused:
        heads.refuse_many(large, 6)
    assert refused.value.details == {"reference": decoder.reference, "heads": 100_000, "tokens": 6, "maximum": 5}
