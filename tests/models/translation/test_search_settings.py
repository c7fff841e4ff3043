"""What a search refuses, what it reads as the same, and how it may be stopped."""

import math

import pytest

from models.errors import InputError
from models.translation.beam_search import Settings, search
from tests.models.translation.tiny import Tokenizer, marian, run, sentence, unchanged


@pytest.mark.parametrize(
    "field, value, details",
    [
        ("method", "best", {}),
        ("method", None, {}),
        ("beam_width", 0, {"minimum": 1, "maximum": 10}),
        ("beam_width", 2.5, {"minimum": 1, "maximum": 10}),
        ("beam_width", True, {"minimum": 1, "maximum": 10}),
        ("length_penalty", "1", {"minimum": -2, "maximum": 3}),
        ("length_penalty", math.nan, {"minimum": -2, "maximum": 3}),
        ("early_stopping", 1, {}),
        ("early_stopping", "always", {}),
        ("max_length", 41, {"minimum": 1, "maximum": 40}),
        ("temperature", 0, {"minimum": 0.1, "maximum": 5}),
        ("top_k", -1, {"minimum": 0, "maximum": 1000}),
        ("top_p", 0, {"minimum": 0, "maximum": 1}),
        ("top_p", math.inf, {"minimum": 0, "maximum": 1}),
        ("seed", None, {"minimum": 0, "maximum": 2**31}),
        ("n_candidate", 51, {"minimum": 1, "maximum": 50}),
    ],
)
def test_settings_out_of_range_are_named(field, value, details):
    with pytest.raises(InputError) as error:
        run(marian(0), sentence(0), **{"max_length": 20, field: value})
    assert (error.value.code, error.value.details) == (f"decoding.{field}", details)


def test_a_slider_may_send_whole_numbers_as_floats(uncounted):
    one, other = (run(marian(0), sentence(0), beam_width=k, max_length=n) for k, n in ((3, 6), (3.0, 6.0)))
    unchanged(one, other, len(one.steps))


def test_progress_hears_of_every_step_and_may_stop_the_search(uncounted, beats):
    whole = search(marian(3, eos_bias=-9.0), Tokenizer(), sentence(0), Settings(max_length=6), "tiny", (), beats)
    assert beats.count == len(whole.steps) - 1 == 5
    beats.stop_at = 8
    with pytest.raises(TimeoutError):
        search(marian(3, eos_bias=-9.0), Tokenizer(), sentence(0), Settings(max_length=6), "tiny", (), beats)
    assert beats.count == 8
