import json
from typing import get_type_hints

import numpy as np
import pytest

from lab.text import Text
from lab.views.decoding import attention, decode, refinement, repeats, run, sampling
from lab.views.decoding import search as search_view
from lab.views.decoding.run import DecodeMeta, SearchMeta
from lab.views.decoding.sampling import SamplingMeta
from lab.views.decoding.tokens import piece_index
from models.traces import (
    FATES,
    DecodingTrace,
    Finished,
    LengthCandidate,
    NextTokens,
    RefineTrace,
    SearchStep,
    SearchTrace,
)

PIECE, PIECE_ID = ("</s>", "▁ein", "▁Hund", "▁zwei"), np.array([1, 40, 7, 23])
END, EIN, HUND, ZWEI = PIECE_ID.tolist()
SOURCE = ("▁a", "▁dog", "</s>")


def rows(*shape):
    weights = np.random.default_rng(sum(shape)).random(shape).astype(np.float32) + 0.01
    return weights / weights.sum(axis=-1, keepdims=True)


def step(index, rows_in, candidates, kept, pool, can_improve=True):
    parent, token, log_prob, score, fate = zip(*candidates, strict=True)
    return SearchStep(
        parent=np.array(parent),
        token=np.array(token),
        log_prob=np.array(log_prob),
        score=np.array(score),
        fate=np.array([FATES.index(name) for name in fate]),
        kept=np.array(kept),
        pool=np.array(pool),
        can_improve=can_improve,
        cross_attention=rows(rows_in, 2, 3, len(SOURCE)),
        self_attention=rows(rows_in, 2, 3, index + 1),
    )


def search():
    """Beam 2: "ein Hund </s>" wins; "zwei </s>" ends too, and one candidate has no probability at all."""
    first = [(0, EIN, -0.2, -0.2, "kept"), (0, ZWEI, -1.7, -1.7, "kept"), (0, HUND, -np.inf, -np.inf, "filtered")]
    second = [(0, HUND, -0.1, -0.3, "kept"), (1, END, -0.3, -2.0, "finished"), (1, HUND, -0.9, -2.6, "kept")]
    third = [
        (0, END, -0.12346, -0.42346, "finished"),
        (1, END, -4, -6.6, "pool_was_better"),
        (0, EIN, -5, -5.3, "kept"),
    ]
    return SearchTrace(
        model="marian",
        source=SOURCE,
        output="ein Hund",
        steps=(
            step(0, 1, first, [0, 1], [-1, -1]),
            step(1, 2, second, [0, 2], [0, -1]),
            step(2, 2, third, [2], [1, 0], can_improve=False),
        ),
        finished=(
            Finished(step=1, candidate=1, score=-1.0, token=np.array([ZWEI, END])),
            Finished(step=2, candidate=0, score=-0.14115, token=np.array([EIN, HUND, END])),
        ),
        next_tokens=NextTokens(np.log([[0.8, 0.2], [0.9, 0.1], [0.6, 0.4]]), np.array([[EIN, ZWEI]] * 3), 4),
        piece=PIECE,
        piece_id=PIECE_ID,
        multiply_adds=10,
        seconds=0.03,
        forces=((1, 0, EIN),),
    )


def length(token, masked, log_prob):
    token = np.array(token)
    return LengthCandidate(
        masked=np.array(masked, bool),
        token=token,
        probability=np.full(token.shape, 0.5),
        alternative=np.stack([token, np.full(token.shape, ZWEI)], axis=-1),
        alternative_probability=np.tile([0.5, 0.25], (*token.shape, 1)),
        probability_before=np.full((*token.shape, 2), 0.125),
        probability_behind=np.full((*token.shape, 2), 0.0625),
        overlap=np.full(token.shape, 0.75),
        log_prob=log_prob,
        score=-0.7,
    )


def refine(model="cmlm"):
    two = length([[EIN, EIN], [EIN, HUND]], [[1, 1], [0, 1]], np.log(0.75))
    three = length([[ZWEI, HUND, HUND], [ZWEI, HUND, END]], [[1, 1, 1], [0, 0, 1]], np.log(0.125))
    return RefineTrace(
        model=model,
        source=SOURCE,
        output="ein Hund",
        candidates=(two, three),
        best=0,
        length_probability=np.array([0, 0.125, 0.75, 0.125]),
        strategy="random",
        cross_attention=rows(2, 2, 3, 2, len(SOURCE)),
        self_attention=rows(2, 2, 3, 2, 2),
        piece=PIECE,
        piece_id=PIECE_ID,
        multiply_adds=10,
        seconds=0.01,
    )


TEXT = Text("en")


@pytest.fixture
def trace():
    return DecodingTrace(
        sentence="a dog",
        language="de",
        unseen=(),
        search=search(),
        refine=refine(),
        raw_data_runs=(refine("raw"),),
    )


def test_the_tree_names_tokens_by_the_indices_of_their_pieces(trace):
    meta = decode.payload(trace, TEXT).meta
    tree = meta["search"]
    assert meta.keys() == DecodeMeta.__annotations__.keys() and tree.keys() == get_type_hints(SearchMeta).keys()
    assert meta["forces"] == [[1, 0, EIN]] and tree["stopped"] == "rule" and meta["sentence"] == "a dog"
    assert [PIECE[place] for place in tree["steps"][0]["token"]] == ["▁ein", "▁zwei", "▁Hund"]
    assert tree["steps"][1]["parent"] == [0, 1, 1]
    assert tree["steps"][1]["fate"] == ["kept", "finished", "kept"]
    assert tree["steps"][1]["kept"] == [0, 2]
    assert [step["pool"] for step in tree["steps"]] == [[], [0], [1, 0]]
    assert tree["steps"][0]["score"] == [-0.2, -1.7, -1e9]
    assert tree["steps"][2]["log_prob"][0] == -0.1235
    assert tree["winner"] == 1
    assert [PIECE[place] for place in tree["finished"][1]["token"]] == ["▁ein", "▁Hund", "</s>"]
    assert json.loads(json.dumps(meta, allow_nan=False))


def test_lengths_of_the_model_and_of_its_counterpart(trace):
    model, raw = decode.payload(trace, TEXT).meta["refine"]
    assert (model["model"], raw["model"], model["best"], model["strategy"]) == ("cmlm", "raw", 0, "random")
    assert model["lengths"] == [
        {"length": 2, "probability": 0.75, "score": -0.7},
        {"length": 3, "probability": 0.125, "score": -0.7},
    ]


def test_grids_mark_masks_repeats_and_flips(trace):
    arrays = decode.payload(trace, TEXT).arrays
    names = ["masked", "token", "probability", "repeat", "flip", "overlap", "alternative"]
    names += ["alternative_probability", "probability_before", "probability_behind"]
    attention = [name + end for name in ("cross", "self") for end in ("", "_max")]
    assert arrays.keys() == {
        *(f"search_{name}" for name in attention),
        *(f"refine_{model}_{name}" for model in (0, 1) for name in attention),
        *(f"refine_{model}_{length}_{name}" for model in (0, 1) for length in (0, 1) for name in names),
    }
    assert arrays["refine_0_0_token"].tolist() == [[1, 1], [1, 2]]
    assert arrays["refine_0_0_masked"].tolist() == [[1, 1], [0, 1]]
    assert arrays["refine_0_0_repeat"].tolist() == [[0, 1], [0, 0]]
    assert arrays["refine_0_0_flip"].tolist() == [[0, 0], [0, 1]]
    assert arrays["refine_1_1_repeat"].tolist() == [[0, 0, 1], [0, 0, 0]]
    assert arrays["refine_1_1_flip"].tolist() == [[0, 0, 0], [0, 0, 1]]
    assert arrays["refine_0_1_alternative"][0].tolist() == [[3, 3], [2, 3], [2, 3]]
    assert arrays["refine_0_1_alternative_probability"][0, 0].tolist() == [0.5, 0.25]
    assert arrays["refine_0_1_probability_before"][1, 2].tolist() == [0.125] * 2
    assert arrays["refine_0_1_probability_behind"][1, 0].tolist() == [0.0625] * 2
    assert arrays["refine_0_1_overlap"].tolist() == [[0.75] * 3] * 2


def test_attention_comes_back_to_a_65535th_of_the_row(trace):
    arrays = decode.payload(trace, TEXT).arrays
    assert arrays["search_cross"].shape == (3, 2, 2, 3, 3)
    assert arrays["search_self"].shape == (3, 2, 2, 3, 3)
    for index, one in enumerate(trace.search.steps):
        count = len(one.self_attention)
        drawn = arrays["search_self"][index, :count] / 65535 * arrays["search_self_max"][index, :count, ..., None]
        assert np.abs(drawn[..., : index + 1] - one.self_attention).max() < 1 / 131_000
        assert not drawn[..., index + 1 :].any()
    drawn = arrays["refine_1_cross"] / 65535 * arrays["refine_1_cross_max"][..., None]
    assert np.abs(drawn - trace.raw_data_runs[0].cross_attention).max() < 1 / 131_000


def test_five_views_draw_from_one_payload():
    assert {view.payload for view in (decode, search_view, refinement, repeats, attention)} == {run.payload}


def test_a_distribution_says_what_the_output_took_and_what_the_search_went_on_with(trace):
    meta, arrays = sampling.payload(trace, TEXT)
    assert meta.keys() == SamplingMeta.__annotations__.keys() and json.loads(json.dumps(meta, allow_nan=False))
    assert [PIECE[token] for token in meta["output"]] == ["▁ein", "▁Hund", "</s>"]
    assert [[PIECE[token] for token in call] for call in meta["named"]] == [["▁ein", "▁zwei"]] * 3
    assert [[PIECE[token] for token in call] for call in meta["kept"]] == [
        ["▁ein", "▁zwei"],
        ["▁Hund"],  # "zwei </s>" and "zwei Hund" extend the other row
        ["</s>", "▁ein"],
    ]
    assert meta["finished"] == [{"token": [3, 0], "sum": -2.0}, {"token": [1, 2, 0], "sum": -0.42346}]
    assert (meta["vocabulary"], meta["beam_width"], meta["winner"], meta["length_penalty"]) == (4, 2, 1, 1.0)
    np.testing.assert_allclose(np.exp(arrays["log_prob"]), [[0.8, 0.2], [0.9, 0.1], [0.6, 0.4]], rtol=1e-6)


def test_a_token_without_a_piece_is_an_error():
    with pytest.raises(ValueError, match="piece"):
        piece_index(PIECE_ID)(np.array([END, 999]))
