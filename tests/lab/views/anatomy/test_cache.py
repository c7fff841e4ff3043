"""One pass, steps and cache, from a hand-made trace."""

import pytest

from lab.text import LANGUAGES, Text
from lab.views.anatomy import cache
from tests.widgets import known_traces

TEXT = Text("en")


def test_calls_are_added_up_and_the_one_pass_is_a_level_line(numbers):
    work, time = cache.chart(known_traces.cache(), TEXT)
    names = [line["name"] for line in work["data"]]
    assert names == ["step by step, no cache", "step by step, KV cache", "one pass"]
    drawn = [numbers(line["y"]).tolist() for line in work["data"]]
    assert drawn == [[1, 3, 6, 10], [1, 2, 3, 4], [4, 4]]
    assert numbers(work["data"][2]["x"]).tolist() == [1, 4]
    assert numbers(time["data"][0]["y"]).tolist() == pytest.approx([7.5, 15, 22.5, 30])
    assert numbers(time["data"][2]["y"]).tolist() == [10, 10]


def test_the_claim_states_what_the_trace_holds():
    said = cache.claim(known_traces.cache(), TEXT)
    for words in (
        "1 decoder call, 4.0 million multiply-adds, 10.0 ms",
        "4 calls, 4.0 million, 20.0 ms",
        "4 calls, 10.0 million, 30.0 ms",
        "at most 2e-06 with the cache and 3e-06 without",
        "7 rounds",
    ):
        assert words in said, words
    for language in LANGUAGES:
        assert "{" not in cache.claim(known_traces.cache(), Text(language))
