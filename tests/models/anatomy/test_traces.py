from copy import deepcopy

import numpy as np
import pytest
import torch

from models.anatomy import photo as photos
from models.anatomy import text as sentences
from models.checkpoint import open_model
from models.errors import InputError
from models.families import VIT
from models.translation.bundled import AUTOREGRESSIVE
from models.vit.trace import trace as vit_trace
from tests.models.translation.families import tiny

LINE = "A small dog runs."


@pytest.fixture(scope="module")
def marian():
    """A bundled one, which ends its sentences."""
    return open_model("marian-multi30k", AUTOREGRESSIVE, "text")


@pytest.fixture(scope="module")
def seen(marian):
    return sentences.trace(LINE, "de", marian)


def test_the_decoder_reads_the_models_own_greedy_output_shifted_right(seen, marian):
    ids = marian.reader(LINE, return_tensors="pt").input_ids
    output = marian.model.generate(input_ids=ids, num_beams=1, do_sample=False, max_new_tokens=64)[0]
    tokens = marian.reader.convert_ids_to_tokens(output.tolist())
    assert list(seen.flows[1].token) == tokens[:-1] and list(seen.output) == tokens[1:]
    said = [seen.flows[1].name[best] for best in seen.flows[1].top[-1, :, 0]]
    assert said == tokens[1:]


def test_heads_are_softmax_of_scaled_scores_where_the_mask_lets_through(seen):
    assert [one.kind for one in seen.attention] == ["encoder", "decoder", "cross"]
    for one in seen.attention:
        scores = np.einsum("lhqd,lhkd->lhqk", one.query, one.key) / one.query.shape[-1] ** 0.5
        np.testing.assert_allclose(one.scores, scores, atol=1e-4)
        weights = np.exp(one.scores - one.scores.max(-1, keepdims=True)) * one.allowed
        np.testing.assert_allclose(one.attention, weights / weights.sum(-1, keepdims=True), atol=1e-5)
    encoder, decoder, cross = (one.allowed for one in seen.attention)
    assert encoder.all() and cross.all() and (decoder == np.tri(len(seen.flows[1].token), dtype=bool)).all()
    assert cross.shape == (len(seen.flows[1].token), len(seen.flows[0].token))


def test_the_lectures_code_gives_what_the_model_gives(seen):
    assert [one.kind for one in seen.code if one.own] == ["encoder", "decoder", "cross"]
    assert all((one.difference < 1e-4).all() for one in seen.code)
    source, target = (len(flow.token) for flow in seen.flows)
    for one, (queries, keys) in zip(
        (one for one in seen.code if one.own), ((source, source), (target, target), (target, source)), strict=True
    ):
        assert (one.model_difference < 1e-4).all()
        heads = seen.attention[0].query.shape[1]
        shapes = {name: shape for _, name, shape in one.made[one.split.index(heads)]}
        assert shapes["attention"] == (heads, queries, keys) and shapes["output"] == (
            queries,
            seen.flows[1].start.shape[1],
        )


def test_without_positions_the_words_alone_enter(seen, marian):
    bare = sentences.trace(LINE, "de", marian, with_positions=False)
    assert bare.output == seen.output and not bare.positions
    np.testing.assert_array_equal(bare.flows[0].start, bare.flows[0].embedding)
    np.testing.assert_allclose(seen.flows[0].start, seen.flows[0].embedding + seen.flows[0].position, atol=1e-6)
    assert abs(bare.attention[0].attention - seen.attention[0].attention).max() > 0.05


def test_what_cannot_be_walked_is_refused(marian, monkeypatch):
    stranger = marian._replace(model=tiny("T5ForConditionalGeneration"))
    with pytest.raises(InputError) as caught:
        sentences.trace(LINE, "de", stranger)
    assert caught.value.code == "anatomy.family"
    monkeypatch.setattr(sentences, "MAX_VALUES", 10_000)
    with pytest.raises(InputError) as caught:
        sentences.trace(LINE, "de", marian)
    assert caught.value.code == "anatomy.many"


def test_a_model_without_numbers_is_refused(marian):
    broken = deepcopy(marian.model)
    broken.final_logits_bias.fill_(torch.nan)
    with pytest.raises(InputError) as caught:
        sentences.trace(LINE, "de", marian._replace(model=broken))
    assert caught.value.code == "model.no_numbers"


def test_a_photo_flows_from_patch_to_class(tiny_vit, photo):
    opened = open_model(str(tiny_vit), VIT, "image")
    seen, wanted = photos.trace(opened, photo), vit_trace(opened, photo)
    assert (seen.grid, seen.prefix, seen.labels) == (wanted.grid, wanted.prefix, wanted.labels)
    np.testing.assert_array_equal(seen.pixels, wanted.pixels)
    for depth, shares in enumerate(wanted.lens_probability):
        state = 2 * depth
        order = [seen.labels.index(seen.flow.name[one]) for one in seen.flow.top[state, 0]]
        np.testing.assert_allclose(seen.flow.top_probability[state, 0], shares[order], atol=1e-5)
        assert shares[order[0]] == shares.max()
    np.testing.assert_allclose(seen.flow.embedding[1:], wanted.embedding, atol=1e-4)
