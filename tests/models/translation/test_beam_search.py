"""The traced search is the library's generate(), token by token, and its record is consistent."""

import math
import random

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import MarianConfig, MarianMTModel, T5Config, T5ForConditionalGeneration

from models.errors import InputError
from models.traces import FATES
from models.translation import beam_search
from models.translation.beam_search import Settings, search

EOS, START, WORDS = 1, 0, 23


class Tokenizer:
    """One word for each id."""

    def convert_ids_to_tokens(self, ids):
        return [f"w{i}" for i in ids]

    def decode(self, ids, skip_special_tokens):
        assert skip_special_tokens
        return " ".join(f"w{i}" for i in ids if i not in (EOS, START))


def marian(seed, layers=1, eos_bias=1.0, **changes):
    torch.manual_seed(seed)
    sizes = {"vocab_size": WORDS, "d_model": 16, "max_position_embeddings": 40, "init_std": 0.4, "dropout": 0}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16}
    ids = {"pad_token_id": START, "eos_token_id": EOS, "decoder_start_token_id": START, "forced_eos_token_id": None}
    config = {**sizes, **heads, **ids, "encoder_layers": 1, "decoder_layers": layers, **changes}
    model = MarianMTModel._from_config(MarianConfig(**config), attn_implementation="eager").eval()
    model.final_logits_bias[0, EOS] = eos_bias
    return model


def sentence(seed, length=6):
    generator = torch.Generator().manual_seed(seed)
    return torch.cat([torch.randint(2, WORDS, (1, length), generator=generator), torch.tensor([[EOS]])], 1)


def run(model, ids, force=None, **settings):
    return search(model, Tokenizer(), ids, Settings(**settings), "tiny", (force,) if force else ())


def generate(model, ids, max_length, **settings):
    asked = {"return_dict_in_generate": True, "output_scores": True, "do_sample": False}
    return model.generate(input_ids=ids, max_new_tokens=max_length, **{**asked, **settings})


def beam(model, ids, beam_width, max_length, **settings):
    return generate(model, ids, max_length, num_beams=beam_width, **settings)


def ancestry(trace, hypothesis):
    """The rows that a hypothesis passed through (step)."""
    rows, candidate = [], hypothesis.candidate
    for step in range(hypothesis.step, -1, -1):
        rows.append(int(trace.steps[step].parent[candidate]))
        candidate = int(trace.steps[step - 1].kept[rows[-1]])
    return rows[::-1]


def best(trace):
    return trace.finished[trace.steps[-1].pool[0]]


def same(trace, wanted):
    winner = best(trace)
    assert len(trace.steps) == len(wanted.scores)
    assert winner.token.tolist() == wanted.sequences[0, 1:].tolist()
    assert ancestry(trace, winner) == wanted.beam_indices[0].tolist()
    assert winner.score == pytest.approx(float(wanted.sequences_scores[0]), abs=1e-4)


def consistent(trace, width):
    """Every candidate has the one fate that its place in the record says, and every row of attention sums to 1."""
    rows = 1
    for index, step in enumerate(trace.steps):
        fates = [FATES[fate] for fate in step.fate]
        assert len(fates) == len(step.token) and (np.diff(step.score) <= 0).all() and np.isfinite(step.score).all()
        assert len(step.cross_attention) == len(step.self_attention) == rows and step.parent.max() < rows
        assert step.self_attention.shape[-1] == index + 1
        np.testing.assert_allclose(step.cross_attention.sum(-1), 1, atol=1e-5)
        np.testing.assert_allclose(step.self_attention.sum(-1), 1, atol=1e-5)
        kept = [place for place, fate in enumerate(fates) if fate == "kept"]
        assert len(kept) <= width
        if kept:
            assert step.kept.tolist() == kept
        else:
            assert index == len(trace.steps) - 1 and len(step.kept) == 1 and not step.open
        entered = [h.candidate for h in trace.finished if h.step == index]
        assert entered == [place for place, fate in enumerate(fates) if fate == "finished"]
        pool = [trace.finished[place].score for place in step.pool if place >= 0]
        assert len(step.pool) == width and pool == sorted(pool, reverse=True)
        rows = len(step.kept)
    tokens = {int(token) for step in trace.steps for token in step.token}
    assert trace.piece_id.tolist() == sorted(tokens) and trace.piece == tuple(f"w{i}" for i in sorted(tokens))


@pytest.fixture
def uncounted(monkeypatch):
    """Counting operations is slow and not every test's matter."""
    monkeypatch.setattr(beam_search, "_flops", lambda *_: 0)


@pytest.mark.slow
def test_beam_search_is_that_of_the_library(uncounted):
    rng, outputs, early, configurations = random.Random(0), {}, 0, 0
    for seed in range(28):
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
    assert configurations >= 500 and early >= configurations / 3
    for one, other in ((False, True), (True, "never"), (False, "never")):
        assert any(found[one] != found[other] for found in outputs.values())


def test_all_fates_of_beam_search_occur_and_the_record_holds_all_candidates(uncounted):
    seen = set()
    for seed in range(20):
        trace = run(marian(seed, eos_bias=4.0), sentence(seed), beam_width=4, max_length=12, early_stopping="never")
        assert len(trace.steps[0].cross_attention) == 1
        assert {len(step.token) for step in trace.steps} == {8}
        seen |= {FATES[fate] for step in trace.steps for fate in step.fate}
    assert seen == {"kept", "finished", "outranked", "ended_low", "pool_better"}


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


def test_a_force_does_not_change_what_later_calls_draw(uncounted):
    for seed in range(6):
        model, ids = marian(seed, eos_bias=1.0), sentence(seed)
        free = run(model, ids, method="sample", seed=seed, max_length=8)
        if len(free.steps) < 3:
            continue
        drawn = int(free.steps[1].token[free.steps[1].kept[0]])
        forced = run(model, ids, method="sample", seed=seed, max_length=8, force=(1, 0, drawn))
        assert best(forced).token.tolist() == best(free).token.tolist()
        return
    raise AssertionError("no seed gives three calls")


def unchanged(before, after, steps):
    for one, other in zip(before.steps[:steps], after.steps[:steps], strict=True):
        for name in ("parent", "token", "score", "fate", "kept", "pool", "cross_attention"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("token", [2, 9, 17, 22, START])
def test_a_forced_token_in_greedy_decoding(token, uncounted):
    model, ids = marian(3, eos_bias=0.0), sentence(3)
    model.generation_config.bad_words_ids = [[START]]
    free, forced = (run(model, ids, method="greedy", max_length=10, force=force) for force in (None, (3, 0, token)))
    unchanged(free, forced, 3)
    consistent(forced, 1)
    prefix = torch.tensor([[START, *best(free).token[:3], token]])
    wanted = generate(model, ids, 6, decoder_input_ids=prefix)
    assert best(forced).token.tolist() == wanted.sequences[0, 1:].tolist() and forced.forces == ((3, 0, token),)


def test_a_forced_token_in_beam_search(uncounted):
    """Without a length penalty the search goes on as the library's does from the same beginning."""
    tested, emptied, absent = 0, 0, 0
    for seed in range(20):
        model, ids, row, token = marian(seed, eos_bias=1.0), sentence(seed), seed % 3, 2 + seed
        chosen = {"beam_width": 3, "max_length": 10, "length_penalty": 0.0, "early_stopping": bool(seed % 2)}
        free = run(model, ids, **chosen)
        if len(free.steps) < 3:
            continue
        forced = run(model, ids, force=(2, row, token), **chosen)
        unchanged(free, forced, 2)
        consistent(forced, 3)
        step = forced.steps[2]
        assert [FATES[fate] for fate in step.fate].count("forced_out") == len(step.fate) - 1
        assert step.token[step.kept].tolist() == [token] and (step.pool == -1).all()
        candidate = forced.steps[1].kept[row]
        parent = forced.steps[1].parent[candidate]
        first = forced.steps[0].token[forced.steps[0].kept[parent]]
        prefix = [START, int(first), int(forced.steps[1].token[candidate]), token]
        asked = {**chosen, "max_length": 7, "decoder_input_ids": torch.tensor([prefix])}
        wanted = beam(model, ids, **asked)
        assert best(forced).token.tolist() == wanted.sequences[0, 1:].tolist()
        total = float(wanted.sequences_scores[0]) + float(step.score[step.kept[0]])
        assert best(forced).score == pytest.approx(total, abs=1e-4)
        assert best(forced).token[2] == token and ancestry(forced, best(forced))[:3] == [0, parent, row]
        emptied += bool((forced.steps[1].pool >= 0).any())
        absent += len(step.token) == 7
        tested += 1
    assert tested > 10 and emptied and absent


def test_a_forced_end_and_a_forced_last_token_end_the_search(uncounted):
    model, ids = marian(3, eos_bias=0.0), sentence(3)
    ended = run(model, ids, beam_width=3, max_length=8, force=(2, 1, EOS))
    assert len(ended.steps) == 3 and len(best(ended).token) == 3 and best(ended).token[-1] == EOS
    assert ended.steps[2].pool.tolist()[1:] == [-1, -1]
    last = run(model, ids, beam_width=3, max_length=8, force=(7, 0, 4))
    assert len(best(last).token) == 8 and best(last).token[-1] == 4
    for trace in (ended, last):
        consistent(trace, 3)


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


def t5(layers=1):
    torch.manual_seed(0)
    sizes = {"vocab_size": WORDS, "d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": layers, "num_decoder_layers": 2}
    config = T5Config(**sizes, num_heads=2, decoder_start_token_id=START, initializer_factor=4.0)
    return T5ForConditionalGeneration._from_config(config, attn_implementation="eager").eval()


def test_t5_too(uncounted):
    model = t5(2)
    for seed in range(6):
        trace = run(model, sentence(seed), beam_width=4, max_length=9)
        same(trace, beam(model, sentence(seed), beam_width=4, max_length=9))
        consistent(trace, 4)


@pytest.mark.parametrize("settings", [{"beam_width": 4}, {"method": "greedy"}, {"force": (1, 0, 4)}], ids=str)
def test_flops_are_those_of_the_whole_search(settings, monkeypatch):
    for model in (marian(5, layers=2, eos_bias=0.0), t5()):
        counted = run(model, sentence(5), max_length=8, **settings)
        with monkeypatch.context() as patch, FlopCounterMode(display=False) as counter:
            patch.setattr(beam_search, "_flops", lambda *_: 0)
            again = run(model, sentence(5), max_length=8, **settings)
        assert counted.flops == counter.get_total_flops() > 0 and 0 < again.seconds < 60


@pytest.mark.parametrize(
    "field, value, details",
    [
        ("method", "best", {}),
        ("method", None, {}),
        ("beam_width", 0, {"minimum": 1, "maximum": 10}),
        ("beam_width", 2.5, {"minimum": 1, "maximum": 10}),
        ("beam_width", True, {"minimum": 1, "maximum": 10}),
        ("length_penalty", "1", {"minimum": -2, "maximum": 3}),
        ("length_penalty", math.nan, {"minimum": -2, "maximum": 3}),
        ("early_stopping", 1, {}),
        ("early_stopping", "always", {}),
        ("max_length", 41, {"minimum": 1, "maximum": 40}),
        ("temperature", 0, {"minimum": 0.1, "maximum": 5}),
        ("top_k", -1, {"minimum": 0, "maximum": 1000}),
        ("top_p", 0, {"minimum": 0, "maximum": 1}),
        ("top_p", math.inf, {"minimum": 0, "maximum": 1}),
        ("seed", None, {"minimum": 0, "maximum": 2**31}),
        ("n_candidate", 51, {"minimum": 1, "maximum": 50}),
    ],
)
def test_settings_out_of_range_are_named(field, value, details):
    with pytest.raises(InputError) as error:
        run(marian(0), sentence(0), **{"max_length": 20, field: value})
    assert (error.value.code, error.value.details) == (f"decoding.{field}", details)


def test_a_slider_may_send_whole_numbers_as_floats(uncounted):
    one, other = (run(marian(0), sentence(0), beam_width=k, max_length=n) for k, n in ((3, 6), (3.0, 6.0)))
    unchanged(one, other, len(one.steps))


@pytest.mark.parametrize("force", [(0, 1, 5), (0, 0, WORDS), (6, 0, 5), (-1, 0, 5), (0, True, 5), (0, 0), (0, 0, 1.0)])
def test_a_force_out_of_range_is_refused(force, uncounted):
    with pytest.raises(InputError) as error:
        run(marian(0), sentence(0), max_length=6, force=force)
    assert error.value.code == "decoding.force"


def test_progress_hears_of_every_step_and_may_stop_the_search(uncounted, beats):
    beats.stop_at = 3
    with pytest.raises(TimeoutError):
        search(marian(3, eos_bias=-9.0), Tokenizer(), sentence(0), Settings(max_length=6), "tiny", (), beats)
    assert beats.count == 3
