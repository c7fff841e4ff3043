"""What is said about a sentence, from a hand-made trace: three calls of a beam of two, two passes over three places."""

from dataclasses import replace

import numpy as np
import pytest

from lab.text import Text
from lab.views.translations import claim, departures, outputs
from models.traces import (
    FATES,
    DecodingTrace,
    Finished,
    LengthCandidate,
    RefineTrace,
    SearchStep,
    SearchTrace,
)

TEXT = Text("en")
KEPT, FINISHED, OUTRANKED = (FATES.index(name) for name in ("kept", "finished", "outranked"))


def call(parent, token, fate, kept, pool, rows):
    count = len(parent)
    return SearchStep(
        parent=np.array(parent),
        token=np.array(token),
        log_prob=-np.arange(1.0, count + 1),
        score=-np.arange(1.0, count + 1),
        fate=np.array(fate),
        kept=np.array(kept),
        pool=np.array(pool),
        open=True,
        cross_attention=np.full((rows, 1, 1, 2), 0.5),
        self_attention=np.ones((rows, 1, 1, 1)),
    )


def length(tokens, log_prob):
    token = np.array(tokens)
    return LengthCandidate(
        masked=np.ones(token.shape, bool),
        token=token,
        probability=np.full(token.shape, 0.5),
        rival=token[..., None],
        rival_probability=np.full((*token.shape, 1), 0.5),
        log_prob=log_prob,
        score=-1.0,
    )


@pytest.fixture
def trace():
    """The output "b c </s>" was second at the first call; later it took its own most probable token, once as the
    second of all candidates."""
    search = SearchTrace(
        model="left",
        source=("▁x", "</s>"),
        output="b <i>c</i>",
        steps=(
            call([0, 0, 0], [4, 5, 6], [KEPT, KEPT, OUTRANKED], [0, 1], [-1, -1], 1),
            call([0, 1, 0], [6, 6, 5], [KEPT, KEPT, OUTRANKED], [0, 1], [-1, -1], 2),
            call([1, 0, 0], [1, 5, 6], [FINISHED, KEPT, KEPT], [1, 2], [0, -1], 2),
        ),
        finished=(Finished(step=2, candidate=0, score=-0.5, token=np.array([5, 6, 1])),),
        piece=("</s>", "▁a", "▁b", "▁c"),
        piece_id=np.array([1, 4, 5, 6]),
        flops=100,
        seconds=0.030,
    )
    refine = RefineTrace(
        model="right",
        source=search.source,
        output="a b",
        candidates=(length([[4, 4], [4, 5]], np.log(0.6)), length([[4, 4, 4], [4, 4, 5]], np.log(0.3))),
        best=1,
        length_probability=np.array([0, 0.1, 0.6, 0.3]),
        cross_attention=np.full((2, 1, 1, 3, 2), 0.5),
        self_attention=np.full((2, 1, 1, 3, 3), 1 / 3),
        piece=("▁a", "▁b"),
        piece_id=np.array([4, 5]),
        flops=250,
        seconds=0.020,
    )
    return DecodingTrace(
        request="[]",
        sentence="x",
        language="de",
        reference="b c",
        unseen=("x",),
        search=search,
        refine=refine,
        contrast=(),
        device="CPU × 2",
        batch=np.array([1, 8, 32]),
        search_seconds=np.array([0.03, 0.08, np.nan]),
        refine_seconds=np.array([0.02, 0.16, np.nan]),
    )


def test_the_output_departs_from_greedy_only_where_its_own_best_token_was_another(trace):
    assert departures(trace.search) == [0]


def test_the_claim_states_what_the_trace_holds(trace):
    speed, batch, repetition, size, beam = claim(trace, TEXT).split("\n")
    for figure in ("3 decoder calls in 30 ms", "right 2 in 20 ms", "2.5 times"):
        assert figure in speed, figure
    assert "8 copies at once a sentence takes 10.0 ms left and 20.0 ms" in batch
    assert "first pass 2 of 3" in repetition and "after pass 2 1." in repetition
    assert "2 tokens (60%)" in size and "has 3 (30%)" in size
    assert "At 1 of 3 calls" in beam


def test_what_does_not_apply_is_not_said(trace):
    def said(**changes):
        search = replace(trace.search, **changes)
        return claim(replace(trace, search=search), TEXT)

    assert "**Beam.**" not in said(method="greedy") and "**Beam.**" not in said(forces=((0, 0, 5),))
    assert "At 1 of 3 calls the draw" in said(method="sample")
    alone = replace(trace, search_seconds=np.full(3, np.nan), refine_seconds=np.full(3, np.nan))
    assert "In a batch" not in claim(alone, TEXT)


def test_the_model_trained_on_raw_data_is_compared(trace):
    seen = claim(replace(trace, contrast=(trace.refine,)), TEXT)
    assert "After the first pass 2 of 3 tokens repeat" in seen and "it is 2 of 3" in seen


def test_chinese_is_scored_by_its_characters(trace):
    search = replace(trace.search, output="我不知道他现在在哪里。")
    chinese = replace(trace, language="zh", reference="我不知道他现在住在哪里。", search=search)
    assert "BLEU 7" in outputs(chinese, TEXT)


def test_the_outputs_are_shown_as_text_with_their_scores(trace):
    shown = outputs(trace, TEXT)
    assert "\\<i\\>c\\</i\\>" in shown and "a b *(sentence BLEU" in shown
    assert "**A person:** b c" in shown and "Never seen in training: x." in shown


def test_without_a_persons_translation_there_are_no_scores(trace):
    alone = replace(trace, reference="", unseen=())
    assert "BLEU" not in outputs(alone, TEXT) and "person" not in outputs(alone, TEXT)


def test_both_languages_say_it(trace):
    assert claim(trace, Text("zh")).count("\n") == 4 and "人工译文" in outputs(trace, Text("zh"))
