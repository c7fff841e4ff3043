"""The lecture's programs, from a hand-made trace."""

import json
from dataclasses import replace
from typing import get_type_hints

import numpy as np

from lab.text import LANGUAGES, Text
from lab.views.anatomy import programs
from tests.widgets.made_programs import MADE

TEXT = Text("en")


def test_numbers_lie_in_one_row_in_the_order_of_the_lines():
    meta, arrays = programs.payload(MADE, TEXT)
    assert meta.keys() == get_type_hints(programs.ProgramsMeta).keys() and json.dumps(meta)
    for program, sent in zip(MADE.programs, meta["programs"], strict=True):
        assert (sent["name"], sent["lines"]) == (program.name, list(program.lines))
        for one, made in zip(program.made, sent["made"], strict=True):
            assert made.keys() == get_type_hints(programs.MadeNumbersMeta).keys()
            assert (made["line"], made["name"], tuple(made["shape"])) == (one.line, one.name, one.shape)
            found = arrays["numbers"][made["offset"] :][: made["rows"] * made["columns"]]
            np.testing.assert_array_equal(found.reshape(one.numbers.shape), one.numbers)
            begins = one.name in ("read", "text")
            assert made["piece"] == (["▶", *one.piece[1:]] if begins else list(one.piece))
    assert meta["token"] == ["▶", "▁Ein", "▁Hund"]
    alone, _ = programs.payload(replace(MADE, starts=False), TEXT)
    assert alone["token"][0] == alone["programs"][3]["made"][0]["piece"][0] == "<pad>"


def test_the_claim_states_every_distance():
    said = programs.claim(MADE, TEXT)
    for words in (
        "at most 1.0 × 10⁻⁷, those of feed-forward by 2.0 × 10⁻⁷",
        "sinusoids differs from the model’s by at most 3.0 × 10⁻⁷",
        "−log p is 0.750, 4.0 × 10⁻⁷ away",
        "first 2 tokens, of which 1 are not",
        "the first 3 tokens differs from that over all of them at once by at most 5.0 × 10⁻⁷",
    ):
        assert words in said, words
    few = tuple(one for one in MADE.programs if one.name in ("layer_norm", "feed_forward"))
    for trace in (MADE, replace(MADE, programs=few)):
        for language in LANGUAGES:
            assert "{" not in programs.claim(trace, Text(language))
    assert "cross_entropy" not in programs.claim(replace(MADE, programs=few), TEXT)
