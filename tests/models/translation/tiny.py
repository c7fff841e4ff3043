"""Tiny translators with random weights, how the library searches with them, and what every traced search holds."""

from typing import Any

import numpy as np
import pytest
import torch
from transformers import MarianConfig, MarianMTModel, T5Config, T5ForConditionalGeneration

from models.search import Settings
from models.traces import FATES
from models.translation.beam_search import search

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


def t5(layers=1):
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"vocab_size": WORDS, "d_model": 16, "d_kv": 8, "d_ff": 16, "num_heads": 2}
    sizes |= {"num_layers": layers, "num_decoder_layers": 2, "decoder_start_token_id": START}
    config = T5Config(**sizes, initializer_factor=4.0)
    return T5ForConditionalGeneration._from_config(config, attn_implementation="eager").eval()


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
            assert index == len(trace.steps) - 1 and len(step.kept) == 1 and not step.can_improve
        entered = [h.candidate for h in trace.finished if h.step == index]
        assert entered == [place for place, fate in enumerate(fates) if fate == "finished"]
        pool = [trace.finished[place].score for place in step.pool if place >= 0]
        assert len(step.pool) == width and pool == sorted(pool, reverse=True)
        rows = len(step.kept)
    follows(trace)
    tokens = {int(token) for part in (*trace.steps, trace.next_tokens) for token in part.token.flat}
    assert trace.piece_id.tolist() == sorted(tokens) and trace.piece == tuple(f"w{i}" for i in sorted(tokens))


def follows(trace):
    """Along the output the distributions of the next token are those that the search saw, up to a constant."""
    found, path = trace.next_tokens, ancestry(trace, best(trace))
    assert len(found.log_prob) == len(path) and found.log_prob.shape[1] == found.vocabulary
    np.testing.assert_allclose(np.exp(found.log_prob).sum(-1), 1, atol=1e-4)
    for call, row in enumerate(path):
        step = trace.steps[call]
        named = dict(zip(found.token[call].tolist(), found.log_prob[call], strict=False))
        own = [place for place, parent in enumerate(step.parent) if parent == row and int(step.token[place]) in named]
        shift = np.array([step.log_prob[place] - named[int(step.token[place])] for place in own])
        shift = shift[np.isfinite(shift)]
        assert len(shift) and np.ptp(shift) < 2e-3
        if not trace.followed:
            assert abs(shift).max() < 2e-3


def unchanged(before, after, steps):
    for one, other in zip(before.steps[:steps], after.steps[:steps], strict=True):
        for name in ("parent", "token", "score", "fate", "kept", "pool", "cross_attention"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
