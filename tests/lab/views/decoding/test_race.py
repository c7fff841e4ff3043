"""The race, from a hand-made trace."""

import json
from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pytest

from lab.text import Text
from lab.views.decoding import race
from tests.widgets.decoding_run import race_trace

TEXT = Text("en")


@pytest.fixture
def trace():
    """Three batches, of which the search was not measured with the last."""
    return race_trace()


def test_the_race_counts_calls_and_seconds_a_sentence(trace):
    meta, arrays = race.payload(trace, TEXT)
    assert meta == {
        "sentence": "A dog runs.",
        "device": "CPU × 2",
        "model": {"autoregressive": "marian", "non_autoregressive": "cmlm"},
        "calls": {"autoregressive": 5, "non_autoregressive": 4},
        "seconds": {"autoregressive": 0.08, "non_autoregressive": 0.02},
        "copies": [1, 8, 32],
        "seconds_per_sentence": {"autoregressive": [0.04, 0.01, None], "non_autoregressive": [0.02, 0.02, 0.01]},
    }
    assert arrays == {} and json.dumps(meta, allow_nan=False)
    assert meta.keys() == get_type_hints(race.RaceMeta).keys()


def test_the_claim_states_what_the_trace_holds(trace):
    speed, batch = race.claim(trace, TEXT).split("\n")
    for figure in (
        "autoregressive model made 5 decoder calls in 80 ms",
        "non-autoregressive one 4 in 20 ms",
        "2.5 times",
    ):
        assert figure in speed, figure
    assert "8 copies at once a sentence takes 10.0 ms autoregressive and 20.0 ms non-autoregressive" in batch
    assert race.claim(trace, Text("zh")).count("\n") == 1


@pytest.mark.parametrize("measured", [0, 1])
def test_no_batch_of_several_that_both_were_measured_with_is_not_spoken_of(trace, measured):
    seconds = np.array([0.03, 0.08, 0.1])
    seconds[measured:] = np.nan
    alone = replace(trace, search_batch_seconds=seconds)
    assert "In a batch" not in race.claim(alone, TEXT) and "In a batch" in race.claim(trace, TEXT)


def test_arithmetic_that_could_not_be_counted_is_not_spoken_of(trace):
    speed = race.claim(replace(trace, search_multiply_adds=0), TEXT)
    assert "in 20 ms (measured on" in speed and "times the arithmetic" not in speed
