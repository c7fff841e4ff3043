"""What the views of pictures as tokens say and send is what their traces have."""

import json

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.image_text import tokens, write
from tests.widgets import scenes_traces as made

ENGLISH = Text("en")


def test_tokens_sends_codes_place_by_place():
    trace = made.tokens(((1, 4),))
    meta, arrays = tokens.payload(trace, ENGLISH)
    assert meta["code"] == [0, 0, 3, 0] and meta["swapped"] == [0, 4, 3, 0]
    assert meta["near"][2] == [3, 4, 0] and meta["near_cosine"][2] == [0.99, 0.5, -0.25]
    np.testing.assert_array_equal(arrays["swapped_picture"], trace.swapped)
    assert json.loads(json.dumps(meta)) == meta


def test_tokens_says_how_much_the_codes_hold_and_how_far_swaps_reach():
    said = tokens.claim(made.tokens(), ENGLISH)
    assert "192 bytes become 4 numbers, each one of 5: 9 bits at most" in said
    assert "PSNR of 31.2 dB" in said and "2 different codes; code 0 alone fills 3 places" in said
    assert "large red circle (left)" in said and "swapped" not in said
    assert "swapped 2 of its codes; pixels changed in 2 places" in tokens.claim(made.tokens(((1, 4), (2, 1))), ENGLISH)


def test_write_sends_attention_in_bytes_and_what_each_place_saw():
    trace = made.written()
    meta, arrays = write.payload(trace, ENGLISH)
    for at, one in enumerate(trace.written):
        weights, largest = arrays[f"attention_{at}"], arrays[f"attention_max_{at}"]
        np.testing.assert_allclose(weights / 255 * largest[..., None], one.attention, atol=0.002)
        assert meta["written"][at]["seen"] == [made.ROOM + place for place in range(made.PLACES)]
        np.testing.assert_array_equal(arrays[f"pictures_{at}"], one.pictures)
    assert json.loads(json.dumps(meta)) == meta


def test_write_says_what_is_right_and_what_one_word_changed():
    said = write.claim(made.written(), ENGLISH)
    assert said.count("1 of 3 things that the sentence says are right") == 2
    assert "differ in 2 of 4 codes" in said
    assert "in 75.0% of the cases after new English sentences (Chinese: 50.0%); in 25.0% (12.5%)" in said
    surprise = -made.written().written[0].log_prob.sum()
    assert f"a surprise of {surprise:.1f} nats together" in said


def test_write_says_less_of_what_is_not_done_not_measured_or_not_read():
    said = write.claim(made.written(1, done=False, recorded=()), ENGLISH)
    assert "differ" not in said and "Recorded" not in said
    unread = made.written(1, written=(made.one("of the", [1, 2], checks=(), shows=()),))
    assert "No rule can read what this sentence asks for" in write.claim(unread, ENGLISH)
    assert "nothing that the rule knows" in write.claim(unread, ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_open(language):
    text = Text(language)
    for said in (tokens.claim(made.tokens(((1, 4),)), text), write.claim(made.written(), text)):
        assert "{" not in said and "nan" not in said
