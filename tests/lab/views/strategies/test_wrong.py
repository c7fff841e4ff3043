"""What the view of one wrong token sends, and that its sentence follows from the trace."""

from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.strategies import wrong
from tests.widgets import strategies_traces

EN = Text("en")


@pytest.fixture
def trace():
    return strategies_traces.wrong()


def test_the_payload_aligns_both_outputs_and_has_nothing_where_nothing_is_put(trace):
    meta, arrays = wrong.payload(trace, EN)
    assert meta.keys() == get_type_hints(wrong.WrongMeta).keys() and not arrays
    same, other, none, last = meta["mistakes"]
    assert same.keys() == get_type_hints(wrong.MistakeMeta).keys() and none is None
    assert same["columns"] == [(0, 0), (1, 1), (2, 2), (3, 3)] and same["changed"] == 0
    assert other["columns"] == [(0, 0), (1, 1), (2, 2), (-1, 3), (3, 4)]
    assert [meta["piece"][one] for one in other["after"]] == ["p1", "p6", "p7", "p8", "</s>"]
    assert same["divergence"] == [None, 0.5, 0.25, 0.125] and last["columns"][-1] == (-1, 4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_claim_counts_what_changes(trace, language):
    said = wrong.claim(trace, Text(language))
    assert "53%" in said and {"en": "after which 3 tokens", "zh": "其后有 3 个词元"}[language] in said
    assert wrong.claim(trace, Text(language)) != wrong.claim(replace(trace, mistake="random"), Text(language))


def test_the_numbers_of_the_claim(trace):
    said = wrong.claim(trace, EN)
    assert "Each of 3 tokens" in said and "After 1 of them" in said and "on average 53% of" in said
    assert wrong.differing(trace).tolist() == pytest.approx([0, 3, 0, 1])
    assert "position 2 (“p2” → “p6”), after which 3 tokens stand in one" in said
    long = np.full((6, 6), np.nan)
    long[0, 1], long[1, 2], long[0, 4], long[1, 5] = 1, 2, 0.25, 0.5
    assert wrong.by_distance(long, 1) == 1.5 and wrong.by_distance(long, 4) == 0.375
    alone = replace(trace, changed=np.full(4, np.nan))
    assert wrong.claim(alone, EN) == EN("strategies.view.wrong.alone")
