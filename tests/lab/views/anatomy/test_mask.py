"""The mask, felt, from a hand-made trace."""

import json
from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.anatomy import mask
from tests.widgets import known_traces

TEXT = Text("en")


@pytest.fixture
def trace():
    return known_traces.causality()


def test_tokens_are_sent_as_pieces_and_what_was_removed_as_none(trace):
    meta, arrays = mask.payload(trace, TEXT)
    assert meta.keys() == get_type_hints(mask.MaskMeta).keys() and json.dumps(meta, allow_nan=False)
    assert [meta["piece"][at] for at in meta["read"]] == ["<pad>", "▁Ein", "▁Hund", "▁rennt"]
    assert [meta["piece"][at] for at in meta["says"]] == ["▁Ein", "▁Hund", "▁rennt", "</s>"]
    assert meta["replacement"] == [5, 2, -1] and meta["edit"] == [3, -1]
    assert [one["id"] for one in meta["options"][1]] == [9, 5]
    assert meta["options"][1][0] == {"token": 6, "id": 9, "probability": pytest.approx(0.1)}
    assert arrays["causal_then"].tolist() == [[2, 5, 4, 1], [2, 3, 6, 1], [2, 3, 4, -1]]
    np.testing.assert_array_equal(arrays["bidirectional_difference"], trace.bidirectional.difference)
    assert arrays["bidirectional_token"].tolist() == [2, 3, 3, 1]


def test_the_training_pass_is_sent_but_of_an_encoder_alone(trace):
    meta, _ = mask.payload(trace, TEXT)
    assert meta["log_prob"] == pytest.approx(np.log([0.9, 0.8, 0.7, 0.5]), abs=1e-6)
    loss, free = (-np.log(shares).mean() for shares in ([0.9, 0.8, 0.7, 0.5], [0.9, 0.8, 0.1, 0.6]))
    assert f"is {loss:.3f} with the mask, as in training; without it, {free:.3f}" in mask.claim(trace, TEXT)
    encoder = known_traces.causality(source=(), stacks=("encoder",))
    assert mask.payload(encoder, TEXT)[0]["log_prob"] is None and "−log p" not in mask.claim(encoder, TEXT)


def test_the_claim_tells_what_is_before_the_change_from_what_is_after(trace):
    assert mask.before(trace.causal).tolist() == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
    ]
    said = mask.claim(trace, TEXT)
    after = np.mean([0.5, 0.25, 0.01, 0.6, 0.04])
    free = np.mean([0.2, 0.1, 0.3, 0.4, 0.1, 0.2])
    for words in (
        "Each of the 3 tokens",
        "moved at all: exactly 0 (",
        f"moved by {after:.2g} on average",
        f"by {free:.2g} on average",
        "2 of these 6 became",
        "at 3 of 4 positions",
    ):
        assert words in said, words
    for language in LANGUAGES:
        assert "{" not in mask.claim(trace, Text(language))


def test_what_is_not_quite_zero_is_told_as_a_number(trace):
    difference = trace.causal.difference.copy()
    difference[0, 0] = 2e-7
    said = mask.claim(replace(trace, causal=replace(trace.causal, difference=difference)), TEXT)
    assert "moved by more than 2.0 × 10⁻⁷ (" in said


def test_a_decoder_alone_is_told_with_its_hits_both_ways(trace):
    alone = known_traces.causality(source=(), stacks=("decoder",))
    said = mask.claim(alone, TEXT)
    assert "Each of the 3 tokens after the first" in said and "2 of these 6 became" in said
    assert "at 4 of 4 positions with the mask, at 3 without" in said


def test_of_an_encoder_alone_everything_moves_without_a_mask_as_it_was_trained(trace):
    said = mask.claim(known_traces.causality(source=(), stacks=("encoder",)), TEXT)
    after = np.mean([0.5, 0.3, 0.1, 0.7, 0.2])
    for words in ("every prediction moved, by 0.1 or more", f"by {after:.2g} on average", "exactly 0;", "at 4 of 4"):
        assert words in said, words
    for language in LANGUAGES:
        for stacks in (("encoder",), ("decoder",)):
            assert "{" not in mask.claim(known_traces.causality(source=(), stacks=stacks), Text(language))


def test_a_leak_is_told(trace):
    leaking = known_traces.changes(
        [[0.002, 0.5, 0.25, 0.01], [0, 0, 0.6, 0.04], [0, 0, 0, 0.1]], np.tile([5, 6, 7, 1], (3, 1))
    )
    assert "more than 2.0 × 10⁻³ (" in mask.claim(known_traces.causality(causal=leaking), TEXT)
