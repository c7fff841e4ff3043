"""The race: what is counted and timed, in which order, and what a failing measurement leaves."""

import numpy as np
import pytest

from models.errors import InputError
from models.translation import race as module
from models.translation.decoding import decode, decoding_inputs
from models.translation.race import BATCHES, TURNS, batch_seconds, generate, race

QUICK = {"language": "de", "beam_width": 2, "max_length": 4, "passes": 2, "n_length": 2}
SENTENCE = "A small dog runs."


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A loaded machine takes its time."""
    monkeypatch.setattr(module, "MAX_EXPECTED_SECONDS", np.inf)


@pytest.fixture
def clock(monkeypatch):
    """A stopwatch that believes a call's own answer, and which calls it timed: (way, copies)."""
    calls = []

    def ways(*seconds):
        return [
            lambda copies, way=way, duration=duration: (calls.append((way, copies)), duration(copies))[1]
            for way, duration in enumerate(seconds)
        ]

    monkeypatch.setattr(module.measure, "seconds", lambda call: call())
    return ways, calls


def test_both_ways_are_counted_and_timed_alone_and_in_batches(translators):
    seen = race(sentence=SENTENCE, **translators, **QUICK)
    run = decode(sentence=SENTENCE, **translators, **QUICK)
    assert (seen.search_calls, seen.refine_calls) == (len(run.search.steps), 2)
    assert (seen.search_multiply_adds, seen.refine_multiply_adds) == (
        run.search.multiply_adds,
        run.refine.multiply_adds,
    )
    assert (seen.autoregressive, seen.non_autoregressive) == (run.search.model, run.refine.model)
    assert seen.search_seconds > 0 < seen.refine_seconds and seen.sentence == SENTENCE and seen.device
    assert seen.copies.tolist() == [1, 8, 32]
    assert (seen.search_batch_seconds > 0).all() and (seen.refine_batch_seconds > 0).all()


@pytest.mark.parametrize(("failing", "left"), [("search", "refine"), ("refine", "search")])
def test_a_measurement_that_fails_leaves_the_rest(failing, left, translators, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("out of memory")

    where = (module, "generate") if failing == "search" else (module.mask_predict, "translate")
    monkeypatch.setattr(*where, fail)
    seen = race(sentence=SENTENCE, **translators, **QUICK)
    assert np.isnan(getattr(seen, f"{failing}_batch_seconds")).all()
    assert (getattr(seen, f"{left}_batch_seconds") > 0).all()
    assert seen.search_calls > 0 and seen.search_seconds > 0 and seen.refine_seconds > 0
    assert "could not be translated" in caplog.text


def test_a_batch_that_fails_ends_the_measurement_of_its_way_alone(clock, beats):
    ways, calls = clock

    def breaks(copies):
        if copies == 8:
            raise MemoryError
        return 0.1

    seconds = batch_seconds(ways(breaks, lambda _: 0.2), [0.1, 0.2], beats)
    np.testing.assert_array_equal(seconds, [[0.1, np.nan, np.nan], [0.2, 0.2, 0.2]])
    assert (0, 32) not in calls and beats.count == len(calls) == 6 + 4 + 3


def test_the_ways_take_turns(clock, beats):
    ways, calls = clock
    batch_seconds(ways(lambda _: 0.1, lambda _: 0.1), [0.1, 0.1], beats)
    assert calls == [(way, copies) for copies in BATCHES for _ in range(TURNS) for way in (0, 1)]


def test_the_fastest_turn_counts_and_what_is_slow_has_one(clock, beats):
    ways, calls = clock
    quick, slow = iter([0.3, 0.1, 0.2] * 3), iter([0.6] * 3)
    seconds = batch_seconds(ways(lambda _: next(quick), lambda _: next(slow)), [0.1, 0.1], beats)
    np.testing.assert_array_equal(seconds, [[0.1] * 3, [0.6] * 3])
    assert [way for way, _ in calls] == [0, 1, 0, 0] * 3


def test_a_batch_that_would_take_too_long_is_not_measured(clock, beats, monkeypatch):
    """The second way grows by 0.15 s a copy: 0.3 s, 1.35 s, and 4.95 s that are expected; the third is slow alone."""
    monkeypatch.setattr(module, "MAX_EXPECTED_SECONDS", 2.0)
    ways, calls = clock
    grows, slow = (lambda copies: 0.15 + 0.15 * copies), (lambda _: 2.1)
    seconds = batch_seconds(ways(lambda _: 0.1, grows, slow), [0.1, 0.3, 2.1], beats)
    np.testing.assert_allclose(seconds, [[0.1, 0.1, 0.1], [0.3, 1.35, np.nan], [np.nan] * 3])
    assert [copies for way, copies in calls if way == 1] == [1, 1, 1, 8] and not any(way == 2 for way, _ in calls)


def test_all_is_warmed_up_before_it_is_timed(translators, monkeypatch):
    monkeypatch.setattr(module, "MAX_AGAIN_SECONDS", np.inf)
    order = []

    def spy(where, name, label):
        original = getattr(where, name)
        monkeypatch.setattr(where, name, lambda *args, **more: (order.append(label(*args)), original(*args, **more))[1])

    spy(module, "generate", lambda model, ids, settings, copies: ("search", copies))
    spy(module.mask_predict, "translate", lambda model, ids, settings: ("refine", len(ids)))
    spy(module.beam_search, "search", lambda *_: "search traced")
    spy(module.mask_predict, "refine", lambda *_: "refine traced")
    race(sentence=SENTENCE, **translators, **QUICK)
    warm_up, traced, batches = order[:2], order[2:4], order[4:]
    assert warm_up == [("search", 1), ("refine", 1)] and traced == ["search traced", "refine traced"]
    assert batches == [(way, copies) for copies in BATCHES for _ in range(TURNS) for way in ("search", "refine")]


@pytest.mark.parametrize("method", ["beam", "greedy", "sample"])
def test_the_librarys_search_of_the_batch_is_the_traced_one(method, translators):
    """Even where the model's own settings ask for several sequences."""
    model = translators["autoregressive"].model
    settings = {name: value for name, value in QUICK.items() if name != "language"} | {"method": method, "seed": 3}
    seen = decode(sentence=SENTENCE, language="de", **translators, **settings)
    inputs = decoding_inputs(SENTENCE, "de", translators["autoregressive"], settings)
    model.generation_config.update(num_beams=4, num_return_sequences=4)
    try:
        ids = generate(model, inputs.ids, inputs.search, 2)
    finally:
        model.generation_config.update(num_beams=1, num_return_sequences=1)
    assert len(ids) == 2
    if method != "sample":
        token = seen.search.winner.token.tolist()
        assert ids[0, 1 : 1 + len(token)].tolist() == ids[1, 1 : 1 + len(token)].tolist() == token


def test_what_the_model_cannot_write_is_refused_before_anything_runs(translators, monkeypatch):
    monkeypatch.setattr(module, "_attempt", None)
    with pytest.raises(InputError) as error:
        race(sentence=SENTENCE, **translators, **{**QUICK, "max_length": 1_000})
    assert error.value.code == "decoding.max_length"


def test_the_race_may_be_stopped(translators, beats):
    beats.stop_at = 2
    with pytest.raises(TimeoutError):
        race(sentence=SENTENCE, **translators, **QUICK, progress=beats)
