"""One pass, steps and cache, from a hand-made trace."""

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.anatomy import cache
from tests.widgets import known_traces

TEXT = Text("en")


def test_calls_are_added_up_and_the_one_pass_is_a_level_line(numbers):
    work, time = cache.chart(known_traces.cache(), TEXT)
    names = [line["name"] for line in work["data"]]
    assert names == ["step by step, no cache", "step by step, KV cache", "one pass, all tokens"]
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
        "at most 2.0 × 10⁻⁶ with the cache and 3.0 × 10⁻⁶ without",
        "7 rounds",
    ):
        assert words in said, words
    for trace in (known_traces.cache(), known_traces.cache(source=(), stacks=("decoder",))):
        for language in LANGUAGES:
            assert "{" not in cache.claim(trace, Text(language))


def test_a_decoder_alone_reads_the_sentence_in_its_first_call(numbers):
    """Six positions are read, four of them with one call."""
    longer = {"read": np.array([5, 6, 7, 8, 9, 1]), "says": np.array([6, 7, 8, 9, 1, 0])}
    trace = known_traces.cache(source=(), stacks=("decoder",), **longer)
    assert numbers(cache.chart(trace, TEXT)[0]["data"][1]["x"]).tolist() == [1, 2, 3, 4]
    said = cache.claim(trace, TEXT)
    assert "4 calls, the first of which reads your whole sentence, 4.0 million" in said
