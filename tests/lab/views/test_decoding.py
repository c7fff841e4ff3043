import json

import numpy as np
import pytest

from lab.views import decoding
from models.traces import FATES, DecodingTrace, Finished, LengthCandidate, RefineTrace, SearchStep, SearchTrace

PIECE, PIECE_ID = ("</s>", "▁ein", "▁Hund", "▁zwei"), np.array([1, 40, 7, 23])
END, EIN, HUND, ZWEI = PIECE_ID.tolist()
SOURCE = ("▁a", "▁dog", "</s>")


def rows(*shape):
    weights = np.random.default_rng(sum(shape)).random(shape).astype(np.float32) + 0.01
    return weights / weights.sum(axis=-1, keepdims=True)


def step(index, rows_in, candidates, kept, pool, open_=True):
    parent, token, log_prob, score, fate = zip(*candidates, strict=True)
    return SearchStep(
        parent=np.array(parent),
        token=np.array(token),
        log_prob=np.array(log_prob),
        score=np.array(score),
        fate=np.array([FATES.index(name) for name in fate]),
        kept=np.array(kept),
        pool=np.array(pool),
        open=open_,
        cross_attention=rows(rows_in, 2, 3, len(SOURCE)),
        self_attention=rows(rows_in, 2, 3, index + 1),
    )


def search():
    """Beam 2: "ein Hund </s>" wins; "zwei </s>" ends too, and one candidate has no probability at all."""
    first = [(0, EIN, -0.2, -0.2, "kept"), (0, ZWEI, -1.7, -1.7, "kept"), (0, HUND, -np.inf, -np.inf, "filtered")]
    second = [(0, HUND, -0.1, -0.3, "kept"), (1, END, -0.3, -2.0, "finished"), (1, HUND, -0.9, -2.6, "kept")]
    third = [(0, END, -0.12346, -0.42346, "finished"), (1, END, -4, -6.6, "pool_better"), (0, EIN, -5, -5.3, "kept")]
    return SearchTrace(
        model="marian",
        source=SOURCE,
        output="ein Hund",
        steps=(
            step(0, 1, first, [0, 1], [-1, -1]),
            step(1, 2, second, [0, 2], [0, -1]),
            step(2, 2, third, [2], [1, 0], open_=False),
        ),
        finished=(
            Finished(step=1, candidate=1, score=-1.0, token=np.array([ZWEI, END])),
            Finished(step=2, candidate=0, score=-0.14115, token=np.array([EIN, HUND, END])),
        ),
        piece=PIECE,
        piece_id=PIECE_ID,
        flops=10,
        seconds=0.03,
        forces=((1, 0, EIN),),
    )


def length(token, masked, log_prob):
    token = np.array(token)
    return LengthCandidate(
        masked=np.array(masked, bool),
        token=token,
        probability=np.full(token.shape, 0.5),
        rival=np.stack([token, np.full(token.shape, ZWEI)], axis=-1),
        rival_probability=np.tile([0.5, 0.25], (*token.shape, 1)),
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
        cross_attention=rows(2, 2, 3, 2, len(SOURCE)),
        self_attention=rows(2, 2, 3, 2, 2),
        piece=PIECE,
        piece_id=PIECE_ID,
        flops=10,
        seconds=0.01,
    )


@pytest.fixture
def trace():
    return DecodingTrace(
        request="[]",
        sentence="a dog",
        language="de",
        reference="",
        unseen=(),
        search=search(),
        refine=refine(),
        contrast=(refine("raw"),),
        device="CPU",
        batch=np.array([1, 4, 8]),
        search_seconds=np.array([0.03, 0.06, np.nan]),
        refine_seconds=np.array([0.01, 0.04, 0.08]),
    )


def test_the_tree_speaks_in_places_of_pieces(trace):
    facts = decoding.facts(trace)
    tree = facts["search"]
    assert facts["forces"] == [[1, 0, EIN]] and facts["request"] == "[]" and tree["stopped"] == "rule"
    assert [PIECE[place] for place in tree["steps"][0]["token"]] == ["▁ein", "▁zwei", "▁Hund"]
    assert tree["steps"][1]["parent"] == [0, 1, 1]
    assert tree["steps"][1]["fate"] == ["kept", "finished", "kept"]
    assert tree["steps"][1]["kept"] == [0, 2]
    assert [step["pool"] for step in tree["steps"]] == [[], [0], [1, 0]]
    assert tree["steps"][0]["score"] == [-0.2, -1.7, -1e9]
    assert tree["steps"][2]["log_prob"][0] == -0.1235
    assert tree["winner"] == 1
    assert [PIECE[place] for place in tree["finished"][1]["token"]] == ["▁ein", "▁Hund", "</s>"]
    assert json.loads(json.dumps(facts, allow_nan=False))


def test_lengths_and_contrast(trace):
    model, raw = decoding.facts(trace)["refine"]
    assert (model["model"], raw["model"], model["best"]) == ("cmlm", "raw", 0)
    assert model["lengths"] == [
        {"length": 2, "probability": 0.75, "score": -0.7},
        {"length": 3, "probability": 0.125, "score": -0.7},
    ]


def test_the_race_counts_calls_and_seconds_a_sentence(trace):
    assert decoding.race(trace) == {
        "device": "CPU",
        "calls": {"search": 3, "refine": 2},
        "seconds": {"search": 0.03, "refine": 0.01},
        "batch": [1, 4, 8],
        "per_sentence": {"search": [0.03, 0.015, None], "refine": [0.01, 0.01, 0.01]},
    }


def test_grids_mark_masks_repeats_and_flips(trace):
    arrays = decoding.arrays(trace)
    assert arrays["refine_0_0_token"].tolist() == [[1, 1], [1, 2]]
    assert arrays["refine_0_0_masked"].tolist() == [[1, 1], [0, 1]]
    assert arrays["refine_0_0_repeat"].tolist() == [[0, 1], [0, 0]]
    assert arrays["refine_0_0_flip"].tolist() == [[0, 0], [0, 1]]
    assert arrays["refine_1_1_repeat"].tolist() == [[0, 0, 1], [0, 0, 0]]
    assert arrays["refine_1_1_flip"].tolist() == [[0, 0, 0], [0, 0, 1]]
    assert arrays["refine_0_1_rival"][0].tolist() == [[3, 3], [2, 3], [2, 3]]
    assert arrays["refine_0_1_rival_probability"][0, 0].tolist() == [0.5, 0.25]


def test_attention_comes_back_to_a_255th_of_the_row(trace):
    arrays = decoding.arrays(trace)
    assert arrays["search_cross"].shape == (3, 2, 2, 3, 3)
    assert arrays["search_self"].shape == (3, 2, 2, 3, 3)
    for index, one in enumerate(trace.search.steps):
        count = len(one.self_attention)
        drawn = arrays["search_self"][index, :count] / 255 * arrays["search_self_max"][index, :count, ..., None]
        assert np.abs(drawn[..., : index + 1] - one.self_attention).max() < 1 / 509
        assert not drawn[..., index + 1 :].any()
    drawn = arrays["refine_1_cross"] / 255 * arrays["refine_1_cross_max"][..., None]
    assert np.abs(drawn - trace.contrast[0].cross_attention).max() < 1 / 509


def test_a_token_without_a_piece_is_an_error():
    with pytest.raises(ValueError, match="piece"):
        decoding.places(PIECE_ID)(np.array([END, 999]))
