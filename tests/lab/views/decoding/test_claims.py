"""What is said about a sentence, from a hand-made trace: three calls of a beam of two, two passes over three places."""

from dataclasses import replace

import numpy as np
import pytest

from lab.text import Text, plain
from lab.views.decoding import decode, outputs, refinement, repeats, sampling, search
from lab.views.decoding.search import departures
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

TEXT = Text("en")
SENTENCE = "Two men are sitting on a bench and talking to each other."
PERSON = "Zwei Männer sitzen auf einer Bank und unterhalten sich."
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
        can_improve=True,
        cross_attention=np.full((rows, 1, 1, 2), 0.5),
        self_attention=np.ones((rows, 1, 1, 1)),
    )


def length(tokens, log_prob):
    token = np.array(tokens)
    return LengthCandidate(
        masked=np.ones(token.shape, bool),
        token=token,
        probability=np.full(token.shape, 0.5),
        alternative=token[..., None],
        alternative_probability=np.full((*token.shape, 1), 0.5),
        probability_before=np.full((*token.shape, 1), 0.25),
        probability_behind=np.full((*token.shape, 1), 0.25),
        overlap=np.tile(np.linspace(0, 1, token.shape[1]) ** 2, (len(token), 1)),
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
        next_tokens=NextTokens(
            np.log([[0.5, 0.45, 0.05], [0.25, 0.25, 0.2], [0.9, 0.05, 0.05]]), np.array([[4, 5, 6]] * 3), 9
        ),
        piece=("</s>", "▁a", "▁b", "▁c"),
        piece_id=np.array([1, 4, 5, 6]),
        multiply_adds=100,
        seconds=0.030,
    )
    refine = RefineTrace(
        model="right",
        source=search.source,
        output="a b",
        candidates=(length([[4, 4], [4, 5]], np.log(0.6)), length([[4, 4, 4], [4, 4, 5]], np.log(0.3))),
        best=1,
        length_probability=np.array([0, 0.1, 0.6, 0.3]),
        strategy="lowest",
        cross_attention=np.full((2, 1, 1, 3, 2), 0.5),
        self_attention=np.full((2, 1, 1, 3, 3), 1 / 3),
        piece=("▁a", "▁b"),
        piece_id=np.array([4, 5]),
        multiply_adds=250,
        seconds=0.020,
    )
    return DecodingTrace(sentence="x", language="de", unseen=("x",), search=search, refine=refine, raw_data_runs=())


@pytest.fixture
def example(trace):
    """An example sentence that the language's own models translated."""
    search = replace(trace.search, model="marian-multi30k", output="Zwei Männer sitzen auf einer <i>Bank</i>")
    refine = replace(trace.refine, model="cmlm-multi30k")
    return replace(trace, sentence=SENTENCE, search=search, refine=refine)


def test_the_output_departs_from_greedy_only_where_its_own_best_token_was_another(trace):
    assert departures(trace.search) == [0]


def test_the_claims_state_what_the_trace_holds(trace):
    repetition, size = refinement.claim(trace, TEXT).split("\n")
    assert "2 of 3 after the first pass, 1 after pass 2." in repetition
    assert "2 tokens (60%)" in size and "has 3 (30%)" in size
    assert "At 1 of 3 calls" in search.claim(trace, TEXT)
    assert decode.claim(trace, TEXT).startswith("Autoregressive: 3 decoder calls. Non-autoregressive: 2.")
    assert "different" in decode.claim(trace, TEXT)
    same = replace(trace, refine=replace(trace.refine, output=trace.search.output))
    assert "the same sentence" in decode.claim(same, TEXT)


def test_what_does_not_apply_is_not_said(trace):
    def said(**changes):
        return search.claim(replace(trace, search=replace(trace.search, **changes)), TEXT)

    assert said(method="greedy") == "" == said(forces=((0, 0, 5),))
    assert "At 1 of 3 calls the draw" in said(method="sample")
    straight = tuple(replace(step, log_prob=np.zeros(3)) for step in trace.search.steps)
    assert "at each of its 3 calls" in said(steps=straight)
    assert "Each of the 3 draws" in said(steps=straight, method="sample")


def with_length(trace, tokens):
    candidate = length(tokens, -0.1)
    count = candidate.token.shape[1]
    refine = replace(
        trace.refine,
        candidates=(candidate,),
        best=0,
        cross_attention=np.full((len(tokens), 1, 1, count, 2), 0.5),
        self_attention=np.full((len(tokens), 1, 1, count, count), 1 / count),
    )
    return replace(trace, refine=refine)


def test_neighbours_agree_where_they_repeat_and_elsewhere(trace):
    """Of four positions the overlap with the one before is 11, 44 and 100 %."""
    both = repeats.claim(with_length(trace, [[4, 5, 5, 4], [4, 5, 4, 4]]), TEXT)
    assert "1 of 3 neighbouring pairs repeat" in both and "agree on 44%" in both
    assert "the other pairs on 56%" in both and "after pass 2 those that repeated agree on 44%" in both
    assert "All 1 neighbouring pairs" in repeats.claim(with_length(trace, [[4, 4], [4, 5]]), TEXT)
    assert "No token repeats" in repeats.claim(with_length(trace, [[4, 5, 4], [4, 4, 4]]), TEXT)
    assert "one position only" in repeats.claim(with_length(trace, [[4], [4]]), TEXT)


def test_the_least_certain_call_is_told(trace):
    said = sampling.claim(trace, TEXT)
    assert "(2 of 3) the model gave 25%" in said and "at its surest call 90%" in said


def test_the_model_trained_on_raw_data_is_compared(trace):
    raw = replace(trace.refine, model="cmlm-zh-raw", output="a a b", candidates=(length([[4, 4, 4, 5]], -0.1),), best=0)
    raw = replace(raw, cross_attention=np.full((1, 1, 1, 4, 2), 0.5), self_attention=np.full((1, 1, 1, 4, 4), 0.25))
    both = replace(trace, raw_data_runs=(raw,))
    seen = refinement.claim(both, TEXT)
    assert "After the first pass 2 of 3 tokens repeat" in seen
    assert "it is 2 of 4. Raw data are captions as a machine translator" in seen
    assert "**The same, trained on raw data:** a a b" in outputs.claim(both, TEXT)


def test_chinese_is_scored_by_its_characters():
    scores = outputs.scores("我不知道他现在在哪里。", "我不知道他现在住在哪里。", "zh", TEXT)
    assert "BLEU 7" in scores


def test_the_outputs_are_shown_as_text_with_their_scores(example):
    shown = outputs.claim(example, TEXT)
    assert f"{plain('<i>Bank</i>')} *(sentence BLEU" in shown and "a b *(sentence BLEU 0, chrF " in shown
    assert f"**A person:** {plain(PERSON)}" in shown and "Never seen in training: x." in shown


def test_a_persons_translation_is_that_of_the_sentence_for_the_languages_own_models(example):
    def person(**models):
        search = replace(example.search, model=models.get("search", "marian-multi30k"))
        refine = replace(example.refine, model=models.get("refine", "cmlm-multi30k"))
        return outputs.persons_translation(replace(example, search=search, refine=refine))

    assert person() == person(refine="cmlm-multi30k-raw") == PERSON
    assert person(search="marian-multi30k-distilled") == person(search="marian-zh") == ""
    assert person(refine="cmlm-zh") == person(refine="someone/cmlm") == ""
    assert outputs.persons_translation(replace(example, sentence="Something else.")) == ""
    assert outputs.persons_translation(replace(example, language="zh")) == ""


def test_without_a_persons_translation_there_are_no_scores(trace):
    shown = outputs.claim(replace(trace, unseen=()), TEXT)
    assert "BLEU" not in shown and "person" not in shown and "Never seen" not in shown


def test_both_languages_say_it(trace, example):
    assert refinement.claim(trace, Text("zh")).count("\n") == 1 and "人工译文" in outputs.claim(example, Text("zh"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_models_own_rules_are_named_as_plain_text(trace, language):
    rules = {"followed": ("no_repeat_ngram_size = 3",), "replaced": ("num_beams = 6", "max_length = 512")}
    rules |= {"ignored": ('stop_strings = ["*"]',)}
    before = outputs.claim(trace, Text(language)).split("\n\n")
    search = replace(trace.search, language_token="<de_DE>", **rules)
    told = outputs.claim(replace(trace, search=search), Text(language)).split("\n\n")
    assert told[: len(before)] == before
    words = ("<de_DE>", "no_repeat_ngram_size = 3", "num_beams = 6", 'stop_strings = ["*"]')
    for line, word in zip(told[len(before) :], words, strict=True):
        assert plain(word) in line
    assert plain("max_length = 512") in told[-2]
