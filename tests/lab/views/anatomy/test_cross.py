"""Cross-attention, from a hand-made trace."""

import json

import numpy as np

from lab.text import LANGUAGES, Text
from lab.views.anatomy import cross
from lab.views.anatomy.known import KnownMeta
from tests.widgets import known_traces

TEXT = Text("en")


def test_attention_and_both_kinds_of_loss_are_sent():
    trace = known_traces.cross()
    meta, arrays = cross.payload(trace, TEXT)
    assert meta.keys() == KnownMeta.__annotations__.keys() and json.dumps(meta)
    weights = arrays["attention"] / 65535 * arrays["attention_max"][..., None]
    np.testing.assert_allclose(weights, trace.attention, atol=1e-5)
    np.testing.assert_array_equal(arrays["hidden_difference"], trace.hidden.difference)
    np.testing.assert_array_equal(arrays["removed_difference"], trace.removed.difference)
    assert arrays["hidden_then"][0].tolist() == [5, 3, 4, 1]


def test_the_effective_count_is_one_for_one_token_and_all_for_all_alike():
    rows = np.array([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0]])
    np.testing.assert_allclose(cross.effective_count(rows), [1, 4, 2])


def test_the_claim_names_the_sharpest_and_the_broadest_head():
    trace = known_traces.cross()
    assert cross.agreement(trace) == (3, 4)  # the third row looks at token 2, but token 3 matters most
    said = cross.claim(trace, TEXT)
    for words in (
        f"over {(1 + 3 * 3) / 4:.1f} of 3",
        "1.0 in the sharpest head (layer 2, head 1)",
        "3.0 in the broadest (layer 1, head 1)",
        "at 3 of 4 positions; guessing would hit 1.3",
    ):
        assert words in said, words
    for language in LANGUAGES:
        assert "{" not in cross.claim(trace, Text(language))
