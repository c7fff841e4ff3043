"""Answers that are remembered: bounded in bytes, the least recently used go first."""

import pytest

from lab import saved
from lab.computing import Answer, Computations
from lab.question import ask, defaults
from models.provenance import Provenance
from tests.lab.made import Work, exhibit, trace

EXHIBIT = exhibit(Work())


@pytest.fixture(autouse=True)
def nothing_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(saved, "RUNS", tmp_path)


NOWHERE = Provenance((), "", ())


def question(word):
    return ask(EXHIBIT, EXHIBIT.run("first"), defaults(EXHIBIT) | {"word": word})


def remember(computations, word, count):
    computations.remember(question(word).key, Answer(trace(word, count), NOWHERE, 1.5, "computed"))


def word_of(answer):
    return answer.trace.word


def kept(computations):
    return {word_of(answer) for answer in computations.answers.values()}


def test_answers_are_kept_up_to_a_number_of_bytes():
    computations = Computations(max_bytes=120)
    for word in "abc":
        remember(computations, word, 10)
    assert trace("a", 10).nbytes == 40
    assert kept(computations) == {"a", "b", "c"}
    remember(computations, "d", 1)
    assert kept(computations) == {"b", "c", "d"}


def test_the_least_recently_used_answer_goes_first_and_several_for_a_large_one():
    computations = Computations(max_bytes=120)
    for word in "abc":
        remember(computations, word, 10)
    answer = computations.known(question("a"))
    assert answer and (word_of(answer), answer.seconds, answer.origin) == ("a", 1.5, "remembered")
    remember(computations, "d", 20)
    assert kept(computations) == {"a", "d"}
    assert computations.known(question("b")) is None


def test_an_answer_that_is_larger_than_all_room_is_kept_alone():
    computations = Computations(max_bytes=120)
    remember(computations, "a", 10)
    remember(computations, "large", 1000)
    assert kept(computations) == {"large"}


def test_an_answer_that_is_computed_anew_counts_once():
    computations = Computations(max_bytes=120)
    for _ in range(5):
        remember(computations, "a", 20)
    remember(computations, "b", 10)
    assert kept(computations) == {"a", "b"}
