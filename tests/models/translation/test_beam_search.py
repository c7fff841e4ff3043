"""The traced search is the library's generate(), token by token, and its record is consistent."""

import random

import numpy as np
import pytest
import torch

from models.traces import FATES
from tests.models.translation.tiny import (
    EOS,
    START,
    Tokenizer,
    ancestry,
    beam,
    best,
    consistent,
    generate,
    marian,
    run,
    same,
    sentence,
    t5,
)


@pytest.mark.slow
def test_beam_search_is_that_of_the_library(uncounted):
    rng, outputs, early, configurations = random.Random(0), {}, 0, 0
    for seed in range(14):
        model = marian(seed, layers=1 + seed % 2, eos_bias=rng.choice([1.0, 2.0, 3.0, 4.0]))
        ids = sentence(seed, rng.randint(1, 8))
        for _ in range(6):
            chosen = {
                "beam_width": rng.randint(2, 10),
                "length_penalty": rng.choice([-0.5, 0.0, 0.6, 1.0, 2.0]),
                "max_length": rng.randint(5, 14),
            }
            for early_stopping in (False, True, "never"):
                trace = run(model, ids, early_stopping=early_stopping, **chosen)
                same(trace, beam(model, ids, early_stopping=early_stopping, **chosen))
                consistent(trace, chosen["beam_width"])
                early += len(trace.steps) < chosen["max_length"]
                outputs.setdefault((seed, *chosen.values()), {})[early_stopping] = trace.output
                configurations += 1
    assert configurations >= 250 and early >= configurations / 3
    for one, other in ((False, True), (True, "never"), (False, "never")):
        assert any(found[one] != found[other] for found in outputs.values())


def test_all_fates_of_beam_search_occur_and_the_record_holds_all_candidates(uncounted):
    seen = set()
    for seed in range(20):
        trace = run(marian(seed, eos_bias=4.0), sentence(seed), beam_width=4, max_length=12, early_stopping="never")
        assert len(trace.steps[0].cross_attention) == 1
        assert {len(step.token) for step in trace.steps} == {8}
        seen |= {FATES[fate] for step in trace.steps for fate in step.fate}
        outside = FATES.index("ended_outside_beam")
        assert {int(one) for step in trace.steps for one in step.token[step.fate == outside]} <= {EOS}
    assert seen == {"kept", "finished", "outranked", "ended_outside_beam", "pool_was_better"}


def test_what_only_the_longest_output_ends_did_not_end(uncounted):
    (step,) = run(marian(0), sentence(0), beam_width=4, max_length=1).steps
    fates = [FATES[fate] for fate, token in zip(step.fate, step.token, strict=True) if token != EOS]
    assert fates[:3] == ["finished"] * 3 and "outranked" in fates and "ended_outside_beam" not in fates


@pytest.mark.slow
@pytest.mark.parametrize(
    "rules",
    [
        {"bad_words_ids": [[START]], "forced_eos_token_id": EOS},
        {"bad_words_ids": [[START], [7, 8], [EOS]]},
        {"forced_bos_token_id": 5},
        {"eos_token_id": [EOS, 5]},
    ],
    ids=str,
)
def test_the_rules_of_a_pretrained_model(rules, uncounted):
    for seed in range(12):
        model, ids = marian(seed, eos_bias=2.0), sentence(seed)
        model.generation_config.update(**rules)
        chosen = {"beam_width": 2 + seed % 4, "max_length": 7, "early_stopping": (False, True, "never")[seed % 3]}
        trace = run(model, ids, **chosen)
        same(trace, beam(model, ids, **chosen))
        consistent(trace, chosen["beam_width"])
        if "eos_token_id" in rules:
            assert {len(step.token) for step in trace.steps[1:]} <= {3 * chosen["beam_width"]}
        greedy = run(model, ids, method="greedy", max_length=7)
        assert best(greedy).token.tolist() == generate(model, ids, 7).sequences[0, 1:].tolist()


@pytest.mark.parametrize("settings", [{"method": "greedy", "n_candidate": 6}, {"beam_width": 1}], ids=str)
def test_greedy_decoding_and_a_beam_of_one(settings, uncounted):
    lengths = set()
    for seed in range(20):
        model, ids = marian(seed, eos_bias=4.0), sentence(seed)
        trace, wanted = run(model, ids, max_length=10, **settings), generate(model, ids, 10)
        consistent(trace, 1)
        token = best(trace).token
        assert token.tolist() == wanted.sequences[0, 1:].tolist()
        for step, chosen, scores in zip(trace.steps, token, wanted.scores, strict=True):
            log_prob = scores[0].log_softmax(-1).numpy()
            assert (step.token[0], len(step.token)) == (chosen, settings.get("n_candidate", 2))
            np.testing.assert_allclose(step.log_prob, log_prob[step.token], atol=1e-4)
        assert best(trace).score == pytest.approx(sum(step.log_prob[0] for step in trace.steps) / len(token), abs=1e-4)
        lengths.add(len(token))
    assert len(lengths) > 2


def test_sampling_draws_what_the_library_draws(uncounted):
    fates = set()
    for seed in range(20):
        model, ids = marian(seed, eos_bias=2.0), sentence(seed)
        chosen = {"temperature": (0.5, 1, 1.7)[seed % 3], "top_k": (0, 5)[seed % 2], "top_p": (1, 0.8)[seed % 4 // 2]}
        trace = run(model, ids, method="sample", seed=seed, max_length=9, n_candidate=4, **chosen)
        torch.manual_seed(seed)
        wanted = generate(model, ids, 9, **{**chosen, "do_sample": True, "temperature": float(chosen["temperature"])})
        token = best(trace).token
        assert token.tolist() == wanted.sequences[0, 1:].tolist()
        consistent(trace, 1)
        inputs = torch.tensor([[START, *token[:-1]]])
        log_prob = model(input_ids=ids, decoder_input_ids=inputs).logits[0].log_softmax(-1).detach().numpy()
        for index, (step, scores) in enumerate(zip(trace.steps, wanted.scores, strict=True)):
            assert step.token[step.kept].tolist() == [token[index]]
            np.testing.assert_allclose(step.log_prob, log_prob[index, step.token], atol=1e-4)
            filtered = [FATES[fate] == "filtered" for fate in step.fate]
            assert filtered == np.isinf(scores[0].numpy()[step.token]).tolist()
        total = sum(float(log_prob[index, t]) for index, t in enumerate(token))
        assert best(trace).score == pytest.approx(total / len(token), abs=1e-4)
        fates |= {FATES[fate] for step in trace.steps for fate in step.fate}
    assert fates == {"kept", "finished", "not_drawn", "filtered"}


@pytest.mark.parametrize("family", ["marian", "t5"])
@pytest.mark.parametrize(
    "settings", [{"beam_width": 4}, {"method": "sample", "seed": 2}, {"force": (1, 0, 4)}], ids=str
)
def test_attention_is_that_of_a_forward_without_a_cache(family, settings, uncounted):
    model, ids = (marian(5, layers=2, eos_bias=0.0) if family == "marian" else t5()), sentence(5)
    trace = run(model, ids, max_length=9, **settings)
    winner = best(trace)
    inputs = torch.tensor([[START, *winner.token[:-1]]])
    with torch.no_grad():
        whole = model(input_ids=ids, decoder_input_ids=inputs, output_attentions=True, use_cache=False)
    for index, row in enumerate(ancestry(trace, winner)):
        step = trace.steps[index]
        for layer in range(2):
            cross, own = whole.cross_attentions[layer][0, :, index], whole.decoder_attentions[layer][0, :, index]
            np.testing.assert_allclose(step.cross_attention[row, layer], cross, atol=1e-5)
            np.testing.assert_allclose(step.self_attention[row, layer], own[:, : index + 1], atol=1e-5)
    assert trace.source == tuple(f"w{i}" for i in ids[0].tolist())
    assert trace.output == Tokenizer().decode(winner.token.tolist(), True)


def test_t5_too(uncounted):
    model = t5(2)
    for seed in range(6):
        trace = run(model, sentence(seed), beam_width=4, max_length=9)
        same(trace, beam(model, sentence(seed), beam_width=4, max_length=9))
        consistent(trace, 4)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{"beam_width": 4}, {"method": "greedy"}, {"force": (1, 0, 4)}], ids=str)
def test_multiply_adds_are_those_of_the_whole_search(settings, whole):
    for model in (marian(5, layers=2, eos_bias=0.0), t5()):
        counted = run(model, sentence(5), max_length=8, **settings)
        assert counted.multiply_adds == whole.pop() > 0 and counted.seconds > 0
