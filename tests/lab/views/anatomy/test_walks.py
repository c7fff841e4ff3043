"""What the page gets of a walk, and what its sentences say, from hand-made traces."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.anatomy import attention, flow, patch_flow
from lab.views.anatomy.stream import leads_since, packed, share_added
from tests.widgets.anatomy_walks import LABELS, alone, translator, vit

ENGLISH = Text("en")


def unpacked(arrays, name):
    return arrays[name] / 32767 * arrays[f"{name}_max"][..., None]


def test_vectors_keep_four_digits():
    trace = translator()
    _, arrays = flow.payload(trace, ENGLISH)
    for name, wanted in (
        ("encoder_added", trace.flows[0].added),
        ("decoder_start", trace.flows[1].start),
        ("cross_value", trace.attention[2].value),
        ("decoder_hidden", trace.feed_forward[1].hidden),
    ):
        np.testing.assert_allclose(unpacked(arrays, name), wanted, atol=2e-4)
    assert packed({"zero": np.zeros((2, 3))})["zero"].any() == 0


def test_the_payload_says_which_stack_is_which():
    meta, _ = flow.payload(translator(), ENGLISH)
    encoder, decoder = meta["stacks"]
    assert (encoder["stack"], encoder["part"]) == ("encoder", ["self_attention", "feed_forward"])
    assert decoder["part"][1] == "cross_attention" and decoder["token"][0] == "▶"
    assert meta["positions"] and len(meta["output"]) == len(decoder["token"])


def test_the_page_gets_the_code_of_every_way_to_set_the_switches():
    trace = translator()
    meta, _ = flow.payload(trace, ENGLISH)
    assert json.dumps(meta, allow_nan=False)
    ways = [(True, True), (True, False), (False, True), (False, False)]
    assert [(one["kind"], one["masked"], one["scaled"]) for one in meta["code"]] == [
        *(("encoder", *way) for way in ways),
        *(("decoder", *way) for way in ways),
        ("cross", False, True),
        ("cross", False, False),
    ]
    unscaled = meta["code"][5]
    assert unscaled["lines"] == list(trace.code[5].lines) and unscaled["model_difference"] == [None, None]
    assert [made[0] for made in unscaled["made"]] == [
        {"line": 1, "name": "q", "shape": [count, 4, 12 // count]} for count in unscaled["split"]
    ]


def test_shares_and_leads_by_hand():
    trace = vit().flow
    states = trace.states()
    wanted = np.linalg.norm(trace.added[1, 0, 3]) / np.linalg.norm(states[2, 3])
    assert share_added(trace)[1, 0, 3] == pytest.approx(wanted, rel=1e-5)
    best = np.array([[0, 1, 1], [1, 1, 0], [0, 1, 1], [0, 1, 1], [0, 1, 0]])
    top = np.stack([best, 1 - best], axis=-1).astype(np.int32)
    shown = replace(trace, top=np.repeat(top, 6, axis=1)[:, :17], name=LABELS)
    assert leads_since(shown)[[0, 6, 12]].tolist() == [2, 0, 4]


def test_a_sentences_claim_counts_early_answers():
    said = flow.claim(translator(), ENGLISH)
    since = leads_since(translator().flows[1])
    assert f"Of 4 predicted tokens {(since <= 3).sum()} lead before the last of 2 layers" in said
    assert f"{(since == 0).sum()} already at the embedding" in said


@pytest.mark.parametrize(("name", "words"), [("encoder", "first choices"), ("decoder", "next tokens")])
def test_a_stack_alone_is_sent_and_told_as_what_it_is(name, words):
    trace = alone(name)
    meta, arrays = flow.payload(trace, ENGLISH)
    assert [one["stack"] for one in meta["stacks"]] == meta["kinds"] == [name]
    assert meta["stacks"][0]["token"][0] == "[CLS]" and f"{name}_query" in arrays
    assert f"Of 5 {words}" in flow.claim(trace, ENGLISH)
    assert f"all 2 {name} layers" in attention.claim(trace, ENGLISH)
    for language in LANGUAGES:
        assert "{" not in flow.claim(trace, Text(language)) + attention.claim(trace, Text(language))


def test_what_adds_no_position_says_so():
    rotary, learned = (flow.payload(alone("decoder", centred), ENGLISH)[0]["stacks"][0] for centred in (False, True))
    assert (rotary["adds_position"], rotary["centred"]) == (False, False)
    assert (learned["adds_position"], learned["centred"]) == (True, True)


def test_attentions_claim_has_entropies_and_differences():
    masked = translator().attention[1]
    said = attention.claim(translator(), ENGLISH)
    rows = np.where(masked.allowed, masked.scores, -np.inf)
    mean = attention.entropy(rows).mean()
    assert f"{mean:.2f} bits" in said and "6.0 × 10⁻⁷" in said and "3.0 × 10⁻⁷" in said and "√6" in said
    np.testing.assert_allclose(attention.entropy(np.zeros((2, 8))), 3)
    np.testing.assert_allclose(attention.entropy(np.array([[0, -np.inf]])), 0, atol=1e-6)
    assert "at most 0, and" not in said


def test_a_photos_claim_names_the_class_of_cls():
    trace = vit()
    said = patch_flow.claim(trace, ENGLISH)
    best = trace.flow.top[-1, :, 0]
    assert f"“{trace.flow.name[best[0]]}”" in said and f"{(best[1:] == best[0]).sum()} of 16 patches" in said
    assert "教堂" in patch_flow.claim(trace, Text("zh")) or trace.flow.name[best[0]] != "church"


def test_classes_are_named_in_the_pages_language():
    meta, _ = patch_flow.payload(vit(), Text("zh"))
    assert "教堂" in meta["stacks"][0]["name"]
