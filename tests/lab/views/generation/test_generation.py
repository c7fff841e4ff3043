"""What the views of Generation send, and that their sentences follow from the traces."""

from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.generation import effects, families, generate, heads, learning, next_token, training
from models.traces import VerseRates
from tests.widgets import generation_traces

EN = Text("en")


@pytest.fixture
def after():
    return generation_traces.after()


@pytest.fixture
def written():
    return generation_traces.written()


def test_the_next_tokens_payload_has_every_logit_and_the_claim_its_bits(after):
    meta, arrays = next_token.payload(after, EN)
    assert meta.keys() == get_type_hints(next_token.NextMeta).keys()
    assert meta["surprise"] == [None, 0.5, 2.5] and meta["token"] == ["a", " ", "\n"]
    np.testing.assert_allclose(arrays["logits"], after.logits, rtol=1e-6)
    assert arrays["seen"].tolist() == [1, 0, 1, 0]
    said = next_token.claim(after, EN)
    assert "“·” most probable, with 50.0%" in said and "1.75 bits" in said and "of 4." in said
    assert "1.50 nats a token" in said and "“↵”, with 2.50" in said
    alone = replace(after, token=("a",), surprise=np.array([np.nan]))
    assert "surprised" not in next_token.claim(alone, EN)


def test_what_was_written_is_sent_by_pieces_and_a_given_token_has_no_draw(written):
    meta, arrays = generate.payload(written, EN)
    assert meta.keys() == get_type_hints(generate.GenerateMeta).keys() and not arrays
    first, branch = meta["continuations"]
    assert first.keys() == get_type_hints(generate.ContinuationMeta).keys()
    assert [meta["piece"][one] for one in branch["token"]] == ["p7", "p8"]
    assert branch["probability"] == [None, 0.4] and (branch["parent"], branch["leaves"], branch["ended"]) == (
        0,
        1,
        True,
    )
    assert first["log_prob"] == [-1, -2, -3, -4] and meta["prompt"] == [1, 2]


def test_the_claim_counts_the_models_own_choices_and_times_the_cache(written):
    said = generate.claim(written, EN)
    assert "4 tokens" in said and "2.50 nats" in said and "25% of them" in said and "1.50 bits" in said
    assert "50.0 tokens a second (20.0 ms each)" in said and "all 5 tokens again takes 80.0 ms" in said
    assert "3.0 × 10⁻⁶" in said
    nothing = np.array([np.nan])
    growing = replace(written, done=False, again_length=nothing, again_seconds=nothing, difference=float("nan"))
    assert "second" not in generate.claim(growing, EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_claim_of_a_beam_search_compares_its_hypotheses(language):
    said = generate.claim(generation_traces.beams(), Text(language))
    assert all(part in said for part in ("2.500", "3.000", "25%")) and "2" in said and "0.02" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_film_is_the_history_and_its_claim_compares_with_guessing(language):
    film = generation_traces.film()
    meta, _ = training.payload(film, Text(language))
    assert meta.keys() == get_type_hints(training.TrainingMeta).keys()
    assert (
        meta["text"] == ["xq", "thee", "to be"]
        and meta["step"] == [0, 50, 100]
        and meta["loss"] == [4, 3, 2]
        and meta["other_loss"] == []
    )
    said = training.claim(film, Text(language))
    assert all(part in said for part in ("4.00", "4.16", "64", "100", "2.00", "1.50", "2.16")) and "%" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_film_of_a_model_that_writes_verse_says_how_far_it_keeps_the_form(language):
    rates = [("written", 30, 0.91, 0.12, 0.73, 0.84), ("corpus", 70, 1.0, 0.65, 0.76, 0.87)]
    verse = (*(VerseRates(*one) for one in rates), VerseRates("shuffled", 70, 1.0, 0.016, 0.38, 0.49))
    said = training.claim(replace(generation_traces.film(), verse=verse), Text(language))
    percents = [f"{100 * share:.0f}%" for _, _, *shares in rates for share in shares]
    assert all(part in said for part in (*percents, "1.6%", "38%", "49%", " 30 "))
    assert said.index("12%") < said.index("65%") < said.index("1.6%") < said.index("73%") < said.index("38%")


@pytest.mark.parametrize("language", LANGUAGES)
def test_live_training_says_what_was_learned_and_what_was_forgotten(language):
    trace = generation_traces.learning()
    meta, _ = learning.payload(trace, Text(language))
    assert meta.keys() == get_type_hints(training.TrainingMeta).keys()
    assert (meta["loss"], meta["other_loss"]) == ([2, 0.5, 0.1], [1, 1.5, 2.25])
    said = learning.claim(trace, Text(language))
    assert all(part in said for part in ("2.000", "0.100", "1.00", "2.25", "“to”")) and "%" not in said
    short = replace(trace, right=np.array([0, 0.25, 0.5]))
    assert "50%" in learning.claim(short, Text(language))
    again = learning.claim(replace(trace, right=np.array([1, 0.5, 1])), Text(language))
    steps = [learning.claim(replace(trace, right=np.array(right)), Text(language)) for right in ([0, 0, 1], [1, 1, 1])]
    assert again == steps[0] != steps[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_families_send_their_matrices_and_count_who_sees_whom(language):
    trace = generation_traces.families()
    meta, arrays = families.payload(trace, Text(language))
    assert meta.keys() == get_type_hints(families.FamiliesMeta).keys()
    for one in meta["sights"]:
        assert one.keys() == get_type_hints(families.SightMeta).keys()
        own = getattr(trace, one["name"])
        np.testing.assert_allclose(arrays[f"attention_{one['name']}"], own.attention)
        assert arrays[f"largest_{one['name']}"].shape == (len(one["query"]), len(one["key"]))
    said = families.claim(trace, Text(language))
    pairs = [
        Text(language)("generation.view.families.pairs", seen=a, count=b) for a, b in ((9, 9), (4, 4), (3, 4), (6, 9))
    ]
    assert all(part in said for part in pairs) and "50%" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_heads_are_named_by_the_rule_that_they_follow(language):
    trace = generation_traces.head_rules()
    meta, arrays = heads.payload(trace, Text(language))
    assert meta.keys() == get_type_hints(heads.HeadsMeta).keys()
    np.testing.assert_allclose(
        arrays["attention"] / 65535 * arrays["attention_max"][..., None], trace.attention, atol=1 / 65535
    )
    said = heads.claim(trace, Text(language))
    assert all(part in said for part in ("3.00", "0.33", f"{np.log(24):.2f}", "90.0%", "20.0%"))
    assert Text(language)("generation.view.heads.none_previous", layer=1, head=1, share="", chance="")[:12] in said
    assert (
        Text(language)("generation.view.heads.best_induction", layer=2, head=3, share="90.0%", chance="20.0%") in said
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_effects_are_summed_and_the_part_that_is_missed_most_is_named(language):
    trace, text = generation_traces.effects(), Text(language)
    meta, arrays = effects.payload(trace, text)
    assert meta.keys() == get_type_hints(effects.EffectsMeta).keys()
    np.testing.assert_allclose(arrays["direct"][1, :3], trace.direct_head[1])
    np.testing.assert_allclose(arrays["direct"][1, 3], trace.direct_feed_forward[1])
    total = trace.direct_start[:, 0].sum() + trace.direct_head[..., 0].sum() + trace.direct_feed_forward[:, 0].sum()
    said = effects.claim(trace, text)
    assert f"{total + 0.125:.2f}".replace("-", "−") in said
    assert text("generation.view.effects.feed_forward", layer=2) in said and "50.0%" in said and "1.00%" in said
    assert ("after layer 1 of 2 and" if language == "en" else "从第 1 层（共 2 层）之后") in said
    late = replace(trace, lens_best=np.array([1, 1, 1, 0, 0]))
    assert ("after layer 2 of 2 and" if language == "en" else "从第 2 层（共 2 层）之后") in effects.claim(late, text)
