"""What Match and Matrix say and send is what the trace has."""

from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.image_text import fails, match, matrix, prompts
from models.traces import FoilsTrace, PromptsTrace
from tests.widgets.image_text_traces import TEXTS
from tests.widgets.image_text_traces import match as made

ENGLISH = Text("en")


def test_match_sends_the_visitors_photo_and_all_cosines():
    trace = made()
    meta, arrays = match.payload(trace, ENGLISH)
    np.testing.assert_array_equal(arrays["pixels"], trace.photo[1])
    np.testing.assert_allclose(arrays["place"].sum((1, 2)), trace.cosine[1], atol=1e-6)
    np.testing.assert_allclose(np.nansum(arrays["word"], 1), trace.cosine[1], atol=1e-6)
    np.testing.assert_allclose(arrays["cosine"], trace.cosine, atol=1e-7)
    assert (meta["photo"], meta["splits"]) == (1, True)
    assert not match.payload(made(splits=False), ENGLISH).meta["splits"]


def test_match_says_which_sentence_is_nearest_and_which_words_are_new():
    trace = made()
    said = match.claim(trace, ENGLISH)
    best = int(trace.cosine[1].argmax())
    assert f"Nearest is “{TEXTS[best]}”" in said
    assert f"{trace.over_texts[1, best]:.0%} of the sentences" in said
    assert "never read in training: “zebras”" in said


def test_match_calls_none_the_nearest_where_none_is():
    trace = made()
    one = {name: getattr(trace, name)[:, :1] for name in ("cosine", "over_texts", "over_images", "place", "word")}
    alone = replace(trace, text=trace.text[:1], piece=trace.piece[:1], unseen=((),), **one)
    assert match.claim(alone, ENGLISH).startswith(f"**Measured on this photo.** “{TEXTS[0]}” has a cosine of")
    tied = replace(trace, cosine=np.full_like(trace.cosine, 0.25), over_texts=np.full((3, 3), 1 / 3))
    said = match.claim(tied, ENGLISH)
    assert "the same cosine, 0.25" in said and "each gets 33%" in said and "earest" not in said


def test_matrix_counts_the_diagonal_and_says_the_loss():
    trace = made()
    said = matrix.claim(trace, ENGLISH)
    rows, columns = ((trace.cosine.argmax(axis) == range(3)).sum() for axis in (1, 0))
    assert f"Of 3 photos {rows} are nearest" in said and f"of 3 sentences {columns} to" in said
    assert f"The loss is {trace.loss:.2f} nats; guessing evenly would have 1.10" in said


def test_matrix_without_pairs_has_no_loss():
    assert "There are 4 photos and 3 sentences" in matrix.claim(made(4), ENGLISH)


def test_small_pictures_are_means_of_squares():
    photos = np.random.default_rng(0).integers(0, 256, (2, 200, 230, 3)).astype(np.uint8)
    small = matrix.smaller(photos)
    assert small.shape == (2, 100, 115, 3)
    assert small[1, 3, 5, 2] == round(photos[1, 6:8, 10:12, 2].mean())


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_all_words(language):
    for trace in (made(), made(4), made(splits=False)):
        assert "{" not in match.claim(trace, Text(language)) + matrix.claim(trace, Text(language))


def test_prompts_says_how_far_the_leading_things_share_moves():
    share = np.array([[0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
    trace = PromptsTrace("clip", ("cat", "dog"), ("{}", "A {}.", ""), 20.0, share / 20, share)
    said = prompts.claim(trace, ENGLISH)
    assert "“dog” gets from 40% (“A …”) to 80% (“… (the bare name)”)" in said
    assert said.endswith("Another one leads here: A …: cat.")
    led = prompts.claim(replace(trace, share=share[[0, 0, 2]]), ENGLISH)
    assert led.endswith("It leads in every prompt.")
    bars = prompts.chart(trace, ENGLISH)["data"]
    assert [bar["name"] for bar in bars] == ["cat", "dog"]


def test_fails_counts_and_shows_a_caption_with_one_thing_wrong():
    count, right = np.full((2, 6), 10), np.arange(12).reshape(2, 6) % 10
    trace = FoilsTrace("clip", ("en", "zh"), count, right, right / 100)
    for at, language in enumerate(LANGUAGES):
        said = fails.claim(trace, Text(language)).split("\n")[2:]
        assert [f"{right[at, place] / 10:.0%}" in line for place, line in enumerate(said)] == [True] * 6
        assert "None" not in "".join(said)
