"""What Caption says and sends is what the trace has."""

import json

import numpy as np
import pytest

from lab.format import fine_percent
from lab.text import LANGUAGES, Text
from lab.views.image_text import caption
from tests.widgets.image_text_traces import FACTORS, captions

ENGLISH = Text("en")


def test_it_sends_where_each_piece_looked_with_every_factor():
    trace = captions()
    meta, arrays = caption.payload(trace, ENGLISH)
    assert meta["factors"] == list(FACTORS)
    for at, one in enumerate(trace.captions):
        for name, seen in (("place", one.place), ("look", one.look.mean(1))):
            bytes_, largest = arrays[f"{name}_{at}"], arrays[f"{name}_max_{at}"]
            room = (..., *(np.newaxis,) * (seen.ndim - 2))
            np.testing.assert_allclose(bytes_ / 65535 * largest[room], seen, atol=1e-5)
        written = meta["written"][at]
        assert written["sees"] == [[under == photo for photo in range(2)] for under in one.under]
        np.testing.assert_allclose(written["log_prob"], one.log_prob, atol=1e-6)
        np.testing.assert_allclose(written["alternative_blind_log_prob"], one.alternative_blind_log_prob, atol=1e-6)
    np.testing.assert_array_equal(arrays["pixels"], trace.photo)
    assert json.loads(json.dumps(meta)) == meta


def test_it_says_each_caption_and_which_word_sight_helps_most():
    trace = captions()
    learned = trace.captions[1]
    best = int((learned.log_prob - learned.blind_log_prob).argmax())
    said = caption.claim(trace, ENGLISH)
    blind, share = (fine_percent(float(np.exp(one[best]))) for one in (learned.blind_log_prob, learned.log_prob))
    assert f"most to “{learned.piece[best].strip('▁')}”, from {blind} to {share}" in said
    assert "Photo 1: “a dog runs”" in said and "Photo 2: “runs”" in said
    assert "Photo 2" not in caption.claim(captions(1), ENGLISH)


def test_it_says_to_the_bit_only_where_it_is():
    count = captions().captions[0].alternative_log_prob.size
    assert f"all {count} log probabilities" in caption.claim(captions(), ENGLISH)
    assert caption.payload(captions(), ENGLISH).meta["closed_difference"] == 0
    other = captions(exact=False)
    said, difference = caption.claim(other, ENGLISH), caption.closed_difference(other)
    assert "to the bit" not in said and f"by at most {difference:.1g} nats" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_all_words(language):
    for trace in (captions(), captions(1), captions(exact=False)):
        assert "{" not in caption.claim(trace, Text(language))
