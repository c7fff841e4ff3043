"""Every family of encoder-decoders that the lab opens: the traced search is the library's generate(), rule by rule."""

from typing import Any

import numpy as np
import pytest
import torch
import transformers

from models.translation.bundled import AUTOREGRESSIVE
from tests.models.translation.families import tiny
from tests.models.translation.tiny import EOS, START, WORDS, beam, best, consistent, generate, run, same, sentence

RULES: tuple[dict[str, Any], ...] = (
    {"renormalize_logits": True, "bad_words_ids": [[START], [7, 8], [5]]},
    {"no_repeat_ngram_size": 2, "repetition_penalty": 1.7, "encoder_repetition_penalty": 1.3},
    {"encoder_no_repeat_ngram_size": 1, "forced_bos_token_id": 5, "forced_eos_token_id": EOS},
    {"min_length": 5, "suppress_tokens": [4, 9], "begin_suppress_tokens": [6, 8]},
    {"min_new_tokens": 4, "sequence_bias": [[[6, 7], 4.0], [[9], -3.0]], "remove_invalid_values": True},
    {"exponential_decay_length_penalty": [2, 1.8], "eos_token_id": [EOS, 5], "renormalize_logits": True},
    {"min_length": 200, "no_repeat_ngram_size": 1},
)
"""Rules of a generation_config; every one of those that are followed, but for what only sampling reads."""
DRAWN: tuple[dict[str, Any], ...] = (
    {"min_p": 0.05, "repetition_penalty": 1.5},
    {"typical_p": 0.7, "renormalize_logits": True, "bad_words_ids": [[START]]},
    {"epsilon_cutoff": 0.02},
    {"eta_cutoff": 0.02, "min_length": 4},
    {"top_h": 0.6},
)


def ruled(family, seed, rules):
    """A model with rules of its own; what it asks of generate() besides is the page's matter."""
    model = tiny(family, seed)
    model.generation_config = transformers.GenerationConfig(
        **{"pad_token_id": START, "eos_token_id": EOS, "decoder_start_token_id": START, **rules}
    )
    return model


@pytest.mark.parametrize("family", AUTOREGRESSIVE)
def test_every_family_searches_as_generate_does(family, uncounted):
    for seed in range(3):
        model, ids = ruled(family, seed, {}), sentence(seed)
        chosen: dict[str, Any] = {"beam_width": 3, "max_length": 9, "length_penalty": (1.0, 0.2, -0.5)[seed]}
        chosen |= {"early_stopping": (False, True, "never")[seed]}
        trace = run(model, ids, **chosen)
        same(trace, beam(model, ids, **chosen))
        consistent(trace, 3)


@pytest.mark.slow
@pytest.mark.parametrize("rules", RULES, ids=lambda rules: " ".join(rules))
@pytest.mark.parametrize("family", ["MarianMTModel", "BartForConditionalGeneration", "T5ForConditionalGeneration"])
def test_the_rules_of_a_model_are_those_of_generate(family, rules, uncounted):
    plain_outputs, outputs, named = set(), set(), set()
    for seed in range(6):
        model, ids = ruled(family, seed, rules), sentence(seed)
        trace = run(model, ids, beam_width=3, max_length=7, length_penalty=0.6)
        same(trace, beam(model, ids, 3, length_penalty=0.6, **shortened(rules)))
        consistent(trace, 3)
        greedy, wanted = run(model, ids, method="greedy", max_length=7), generate(model, ids, **shortened(rules))
        token = best(greedy).token
        assert token.tolist() == wanted.sequences[0, 1:].tolist()
        for step, chosen, scores in zip(greedy.steps, token, wanted.scores, strict=True):
            assert step.token[0] == chosen
            np.testing.assert_allclose(step.log_prob, scores[0].log_softmax(-1).numpy()[step.token], atol=1e-4)
        free = run(ruled(family, seed, {}), ids, beam_width=3, max_length=7, length_penalty=0.6)
        outputs.add((seed, trace.output, best(trace).score))
        named |= {line.split(" = ")[0] for line in trace.followed}
        assert trace.ignored == () == trace.replaced
        plain_outputs.add((seed, free.output, best(free).score))
    assert outputs - plain_outputs, "the rules change something"
    assert named == set(rules) - {"eos_token_id"}


def shortened(rules):
    """What to ask generate() for: a length of seven new tokens, and what is longer cut to it."""
    return {"max_length": 7} | ({"min_length": 8} if rules.get("min_length", 0) > 8 else {})


@pytest.mark.parametrize("rules", DRAWN, ids=lambda rules: " ".join(rules))
def test_sampling_follows_the_rules_too(rules, uncounted):
    for seed in range(8):
        model, ids = ruled("BartForConditionalGeneration", seed, rules), sentence(seed)
        trace = run(model, ids, method="sample", seed=seed, max_length=7, temperature=1.3, n_candidate=WORDS)
        torch.manual_seed(seed)
        wanted = generate(model, ids, 7, do_sample=True, temperature=1.3, top_k=0)
        assert best(trace).token.tolist() == wanted.sequences[0, 1:].tolist()
        for step, scores in zip(trace.steps, wanted.scores, strict=True):
            assert np.isin(np.flatnonzero(np.isfinite(scores[0].numpy())), step.token).all()
        assert {line.split(" = ")[0] for line in trace.followed} == set(rules)


def test_rules_that_the_search_does_not_follow_are_named(uncounted):
    own = {"num_beams": 6, "length_penalty": 0.6, "max_length": 512, "num_return_sequences": 4, "max_time": 3.0}
    own |= {"guidance_scale": 1.5, "early_stopping": True, "use_cache": True, "repetition_penalty": 1.0, "top_k": 50}
    model, ids = ruled("BartForConditionalGeneration", 0, own), sentence(0)
    trace = run(model, ids, beam_width=3, max_length=7)
    assert trace.followed == ()
    assert trace.replaced == ("early_stopping = true", "length_penalty = 0.6", "max_length = 512", "num_beams = 6")
    assert trace.ignored == ("guidance_scale = 1.5", "max_time = 3.0", "num_return_sequences = 4")
    same(trace, beam(ruled("BartForConditionalGeneration", 0, {}), ids, 3, 7))


@pytest.mark.slow
@pytest.mark.parametrize("family", AUTOREGRESSIVE)
def test_multiply_adds_are_those_of_the_whole_search(family, whole):
    counted = run(tiny(family, 5), sentence(5), beam_width=3, max_length=6)
    assert counted.multiply_adds == whole.pop() > 0
