"""One sentence through both kinds of model, and every way in which a sentence can be wrong."""

from dataclasses import replace

import numpy as np
import pytest

from models.errors import InputError
from models.traces import FATES
from models.translation.beam_search import Settings as Search
from models.translation.decoding import clean, decode, forced
from models.translation.mask_predict import Settings as Refine
from models.translation.mask_predict import positions

QUICK = {"search": Search(beam_width=3, max_length=10), "refine": Refine(passes=3, n_length=2)}


def names(folders):
    return tuple(map(str, folders))


def test_both_models_translate_the_same_sentence(tiny_translators):
    seen = decode("A small  dog\nruns.", names(tiny_translators), **QUICK, reference="Ein Hund.")
    assert seen.sentence == "A small dog runs." and seen.reference == "", "not the language's own models"
    assert seen.search.source == seen.refine.source and seen.search.source[-1] == "</s>"
    assert len(seen.search.steps) <= 10 and len(seen.refine.cross_attention) == 3
    assert np.isfinite(seen.search_seconds).all() and np.isfinite(seen.refine_seconds).all()


def test_words_that_training_never_saw_are_named(tiny_translators):
    seen = decode("A Small zebra runs, quickly.", names(tiny_translators), **QUICK)
    assert seen.unseen == ("quickly", "zebra")


def test_a_trace_survives_its_file(tiny_translators, tmp_path):
    seen = decode("A small dog runs.", names(tiny_translators), **QUICK)
    seen = replace(seen, contrast=(seen.refine,))
    seen.save(tmp_path / "run.npz")
    again = type(seen).load(tmp_path / "run.npz")
    assert again.search.output == seen.search.output and len(again.search.steps) == len(seen.search.steps)
    assert len(again.contrast) == 1 and again.contrast[0].best == seen.contrast[0].best
    np.testing.assert_array_equal(again.refine.candidates[0].token, seen.refine.candidates[0].token)


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        (None, "empty"),
        (7, "empty"),
        ("", "empty"),
        (" \n\t", "empty"),
        ("a" * 401, "long"),
        ("word " * 2_000, "long"),
        ("?!… — 123", "no_words"),
        ("🙂🙃", "no_words"),
        ("\x00\x07\u200b", "no_words"),
        ("一只小狗在跑。", "language"),
        ("الكلب يركض", "language"),
        ("Собака бежит", "language"),
    ],
)
def test_a_sentence_that_cannot_be_translated_is_refused(sentence, code):
    with pytest.raises(InputError) as error:
        clean(sentence)
    assert error.value.code == f"decoding.{code}"


@pytest.mark.parametrize(
    "sentence", ["<b>A dog</b> & a man", "A dog 🙂 runs", "A dog\x00 runs\x1b", "Un café, déjà vu"]
)
def test_odd_but_readable_sentences_are_translated(sentence, tiny_translators):
    assert decode(sentence, names(tiny_translators), **QUICK).search.steps


def test_a_sentence_of_too_many_tokens_is_refused(tiny_translators):
    with pytest.raises(InputError) as error:
        decode("xq " * 100, names(tiny_translators), **QUICK)
    assert error.value.code == "decoding.many_tokens"


def test_models_of_the_wrong_kind_are_refused(tiny_translators, tiny_vit):
    marian, cmlm = names(tiny_translators)
    for models in ((cmlm, cmlm), (marian, marian), (str(tiny_vit), cmlm)):
        with pytest.raises(InputError) as error:
            decode("A dog runs.", models, **QUICK)
        assert error.value.code == "model.family"


def test_a_click_names_its_run_and_all_forced_tokens():
    assert forced({"request": "[]", "forces": [[1, 0, 7], [3, 1, 4]]}) == ("[]", ((1, 0, 7), (3, 1, 4)))
    for wrong in (None, 3, "x", {"request": "[]"}, {"request": "[]", "forces": [[1, 2]]}, {"forces": 1, "request": 1}):
        with pytest.raises(InputError):
            forced(wrong)
    for request in ("no JSON", "5", ""):
        with pytest.raises(InputError):
            forced({"request": request, "forces": []})


def test_forced_tokens_are_kept_and_nothing_is_timed(tiny_translators):
    free = decode("A small dog runs.", names(tiny_translators), **QUICK)
    lost = int(np.flatnonzero(free.search.steps[1].fate == FATES.index("outranked"))[0])
    first = (1, int(free.search.steps[1].parent[lost]), int(free.search.steps[1].token[lost]))
    once = decode("A small dog runs.", names(tiny_translators), **QUICK, forces=(first,))
    again = (3, 1, int(once.search.steps[3].token[0]))
    twice = decode("A small dog runs.", names(tiny_translators), **QUICK, forces=(first, again))
    best = twice.search.finished[twice.search.steps[-1].pool[0]].token
    assert (best[1], best[3]) == (first[2], again[2])
    np.testing.assert_array_equal(once.search.steps[2].token, twice.search.steps[2].token)
    assert np.isnan(twice.search_seconds).all() and np.isnan(twice.refine_seconds).all()


@pytest.mark.parametrize("name", [None, "", ["a"], 3])
def test_a_model_that_is_no_name_is_refused(name, tiny_translators):
    marian, cmlm = names(tiny_translators)
    for models in ((name, cmlm), (marian, name)):
        with pytest.raises(InputError):
            decode("A dog runs.", models, **QUICK)


def test_special_tokens_in_a_sentence_are_plain_text(tiny_translators):
    seen = decode("A dog <pad> runs </s> now.", names(tiny_translators), **QUICK)
    assert seen.search.source.count("</s>") == 1 and "<pad>" not in seen.search.source


def test_positions_are_read_as_people_write_them():
    assert positions("2 3,5") == (1, 2, 4) and positions("") == positions(None) == ()
    for wrong in ("0", "x", "128", "-1", "1.5", "9" * 5_000, "001" + "9" * 5_000):
        with pytest.raises(InputError):
            positions(wrong)
