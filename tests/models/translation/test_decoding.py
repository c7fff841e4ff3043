"""One sentence through both kinds of model, under the names of the page's inputs."""

from dataclasses import fields, replace

import numpy as np
import pytest

from models.errors import InputError
from models.search import Settings as SearchSettings
from models.traces import FATES
from models.translation import decoding
from models.translation.bundled import BY_LANGUAGE, RAW_COUNTERPART
from models.translation.decoding import decode, open_translators
from models.translation.sentence import clean
from models.translation.settings import EARLY_STOPPING, Settings

QUICK = {"language": "de", "beam_width": 3, "max_length": 10, "passes": 3, "n_length": 2}


def test_both_models_translate_the_same_sentence(translators):
    seen = decode(sentence="A small dog runs.", **translators, **QUICK)
    assert (seen.sentence, seen.language) == ("A small dog runs.", "de")
    assert seen.search.source == seen.refine.source and seen.search.source[-1] == "</s>"
    assert seen.search.model == translators["autoregressive"].reference
    assert seen.refine.model == translators["non_autoregressive"].reference
    assert len(seen.search.steps) <= 10 and len(seen.refine.cross_attention) == 3
    assert seen.raw_data_runs == () and seen.search.forces == ()


def test_the_counterpart_trained_on_raw_data_runs_too(translators):
    seen = decode(sentence="A dog.", **translators, raw_data=translators["non_autoregressive"], **QUICK)
    (raw,) = seen.raw_data_runs
    np.testing.assert_array_equal(raw.winner.token, seen.refine.winner.token)


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_bundled_models_open_with_their_counterpart(language):
    marian, cmlm = BY_LANGUAGE[language]
    opened = open_translators(f" {marian} ", f" {cmlm} ")
    references = {name: model.reference for name, model in opened.items()}
    wanted = {"autoregressive": marian, "non_autoregressive": cmlm}
    assert references == wanted | ({"raw_data": RAW_COUNTERPART[cmlm]} if cmlm in RAW_COUNTERPART else {})


def test_a_trace_survives_its_file(translators, tmp_path):
    seen = decode(sentence="A small dog runs.", **translators, **QUICK)
    seen = replace(seen, raw_data_runs=(seen.refine,))
    seen.save(tmp_path / "run.npz")
    again = type(seen).load(tmp_path / "run.npz")
    assert again.search.output == seen.search.output and len(again.search.steps) == len(seen.search.steps)
    assert len(again.raw_data_runs) == 1 and again.raw_data_runs[0].best == seen.refine.best
    np.testing.assert_array_equal(again.refine.candidates[0].token, seen.refine.candidates[0].token)


@pytest.mark.parametrize(
    ("sentence", "pieces"),
    [
        (
            "<b>A dog</b> & a man",
            ["▁", "<unk>", "<unk>", "<unk>", "A", "▁dog", *["<unk>"] * 4, "▁", "<unk>", "▁a", "▁m", "an", "</s>"],
        ),
        ("A dog 🙂 runs", ["▁A", "▁dog", "▁", "<unk>", "▁run", "s", "</s>"]),
        ("A dog\x00 runs\x1b", ["▁A", "▁dog", "▁run", "s", "</s>"]),
    ],
)
def test_odd_but_readable_sentences_are_translated(sentence, pieces, translators):
    seen = decode(sentence=clean(sentence), **translators, **QUICK)
    tokenizer = translators["autoregressive"].reader
    assert list(seen.search.source) == list(seen.refine.source) == pieces
    assert seen.search.output == tokenizer.decode(seen.search.winner.token, skip_special_tokens=True)
    assert seen.refine.output == tokenizer.decode(seen.refine.winner.token[-1], skip_special_tokens=True)


def test_models_of_the_wrong_kind_are_refused(tiny_translators, tiny_vit):
    marian, cmlm = map(str, tiny_translators)
    for models in ((cmlm, cmlm), (marian, marian), (str(tiny_vit), cmlm)):
        with pytest.raises(InputError) as error:
            open_translators(*models)
        assert error.value.code == "model.family"


@pytest.mark.parametrize("name", [None, "", ["a"], 3])
def test_a_model_that_is_no_name_is_refused(name, tiny_translators):
    marian, cmlm = map(str, tiny_translators)
    for models in ((name, cmlm), (marian, name)):
        with pytest.raises(InputError) as error:
            open_translators(*models)
        assert error.value.code == "model.unknown"


def test_positions_must_be_picked_where_they_count(translators):
    decode(sentence="A dog.", **translators, **QUICK)
    with pytest.raises(InputError) as error:
        decode(sentence="A dog.", **translators, **QUICK, strategy="picked")
    assert error.value.code == "decoding.picked"


def test_settings_reach_the_search_and_the_refinement_under_their_names():
    chosen = Settings("sample", 3, 0.5, "never", 20, 0.7, 6, 0.9, 4, 2, "picked", (0, 2), 7)
    search, refine = chosen.search(), chosen.refine()
    for field in fields(Settings):
        for part in (search, refine):
            if hasattr(part, field.name):
                assert getattr(part, field.name) == getattr(chosen, field.name), field.name
    assert search.early_stopping == "never"
    stopping = [replace(chosen, stopping=name).search() for name in EARLY_STOPPING]
    assert [settings.early_stopping for settings in stopping] == [False, True, "never"]
    assert Settings().search() == SearchSettings()
    assert Settings().refine() == decoding.mask_predict.Settings()


def test_a_search_that_would_take_too_much_memory_is_refused(translators, monkeypatch):
    monkeypatch.setattr("models.attention.MAX_VALUES", 1_000)
    with pytest.raises(InputError) as error:
        decode(sentence="A dog.", **translators, **QUICK)
    assert error.value.code == "model.attention_too_large"


def test_forced_tokens_are_kept(translators):
    def run(*forces):
        return decode(sentence="A small dog runs.", **translators, **QUICK, forces=forces)

    free = run()
    lost = int(np.flatnonzero(free.search.steps[1].fate == FATES.index("outranked"))[0])
    first = (1, int(free.search.steps[1].parent[lost]), int(free.search.steps[1].token[lost]))
    once = run(first)
    again = (3, 1, int(once.search.steps[3].token[0]))
    twice = run(first, again)
    token = twice.search.winner.token
    assert (token[1], token[3]) == (first[2], again[2]) and twice.search.forces == (first, again)
    np.testing.assert_array_equal(once.search.steps[2].token, twice.search.steps[2].token)
    with pytest.raises(InputError) as error:
        run((9, 9, 9))
    assert error.value.code == "decoding.force"


def test_progress_hears_of_all_models(translators, beats):
    seen = decode(sentence="A dog.", **translators, raw_data=translators["non_autoregressive"], **QUICK, progress=beats)
    assert beats.count == len(seen.search.steps) - 1 + 2 * 3
