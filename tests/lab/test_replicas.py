"""A question that goes to a replica: its answer comes back where replicas are lost too, and so does what goes wrong."""

import asyncio
import threading
import time

import numpy as np
import pytest

from lab import carrier, replicas
from lab.away import Stopped
from lab.computing import Computation, Computations
from lab.question import ask, defaults
from lab.replicas import ATTEMPTS, Lost, Replicas, Size
from models.errors import InputError
from models.measure import Stopwatch
from models.progress import NO_PROGRESS
from tests.lab.made import MadeTrace, Work, exhibit, trace


class Cluster:
    """A replica in this process. lost: after how many words of an attempt it is gone, attempt by attempt."""

    def __init__(self):
        self.lost, self.count, self.asked = [], 1, 0

    async def ask(self, sent):
        self.asked += 1
        while not self.count:
            await asyncio.sleep(0.01)
        ends, said = self.lost.pop(0) if self.lost else None, replicas.answers(sent)
        try:
            for number in range(100):
                if number == ends:
                    raise Lost
                if (one := await anext(said, None)) is None:
                    return
                yield one
        finally:
            await said.aclose()

    def running(self):
        return self.count

    async def device(self):
        return "CPU × 1"


class Asked:
    """A made run on replicas; seen: what its progress was told."""

    def __init__(self, monkeypatch):
        self.work, self.cluster, self.seen = Work(), Cluster(), []
        self.exhibit = exhibit(self.work)
        monkeypatch.setattr("lab.exhibits.EXHIBITS", (self.exhibit,))
        self.replicas = Replicas(self.cluster, Size(1, 2, 1, 0))
        monkeypatch.setattr(carrier, "current", self.replicas)

    def question(self, word="a", count=3):
        return ask(self.exhibit, self.exhibit.run("first"), defaults(self.exhibit) | {"word": word, "count": count})

    def numbers(self):
        """How many numbers each trace has that comes."""
        measured = self.replicas.traces(self.question(), self, Stopwatch())
        return [len(made(one).number) for one in measured]

    def beat(self):
        pass

    def downloaded(self, done, total):
        self.seen.append((done, total))

    def converting(self):
        self.seen.append("converting")


@pytest.fixture
def asked(monkeypatch):
    return Asked(monkeypatch)


def made(measured):
    assert isinstance(measured.trace, MadeTrace)
    return measured.trace


def growing(word, count, forces, progress):
    """Traces of 1 to `count` numbers."""
    return (trace(word, size + 1) for size in range(count))


def test_the_answer_is_the_one_that_this_process_computes(asked):
    stopwatch = Stopwatch()
    asked.work.do = lambda word, count, forces, progress: (time.sleep(0.02), trace(word, count))[1]
    (here,) = asked.question().traces(NO_PROGRESS, Stopwatch())
    (there,) = asked.replicas.traces(asked.question(), NO_PROGRESS, stopwatch)
    np.testing.assert_array_equal(made(there).number, made(here).number)
    assert (made(there).word, there.provenance) == (made(here).word, here.provenance)
    assert stopwatch.seconds >= 0.02 and made(there).number.flags.writeable


def test_growing_traces_come_one_by_one(asked):
    asked.work.do = growing
    assert asked.numbers() == [1, 2, 3]


def test_a_question_whose_replica_is_lost_is_asked_again(asked):
    asked.work.do = growing
    asked.cluster.lost = [0, 2]
    assert asked.numbers() == [1, 2, 1, 2, 3]
    assert asked.cluster.asked == 3


def test_a_question_that_ends_one_replica_after_the_other_is_given_up_with_a_sentence(asked):
    asked.cluster.lost = [0] * 9
    with pytest.raises(InputError) as caught:
        asked.numbers()
    assert caught.value.code == "run.no_replica" and asked.cluster.asked == ATTEMPTS


def test_where_there_is_no_replica_for_long_a_sentence_says_so(asked, monkeypatch):
    monkeypatch.setattr(replicas, "MISSING_SECONDS", 0.2)
    asked.cluster.count = asked.replicas.count = 0
    with pytest.raises(InputError) as caught:
        asked.numbers()
    assert caught.value.code == "run.no_replica" and not asked.work.calls


def test_what_a_visitor_can_change_comes_back_as_it_was_said(asked):
    def refuse(word, count, forces, progress):
        error = InputError("photo.small", width=1)
        error.about = "word"
        raise error

    asked.work.do = refuse
    with pytest.raises(InputError) as caught:
        asked.numbers()
    assert (caught.value.code, caught.value.details, caught.value.about) == ("photo.small", {"width": 1}, "word")


def test_a_run_that_fails_is_not_computed_again(asked):
    asked.work.do = lambda word, count, forces, progress: 1 / 0
    with pytest.raises(RuntimeError):
        asked.numbers()
    assert asked.work.calls == ["a"]


def test_signs_of_progress_come_through(asked):
    def download(word, count, forces, progress):
        progress.downloaded(1, 2)
        progress.downloaded(2, 2)
        progress.converting()
        progress.beat()
        return trace(word, count)

    asked.work.do = download
    assert asked.numbers() == [3]
    assert asked.seen == [(1, 2), (2, 2), "converting"]


def test_a_run_that_nobody_waits_for_ends_on_its_replica(asked):
    asked.work.go_on.clear()
    computations = Computations()
    watched = computations.watch(asked.question(), "a visitor")
    assert isinstance(watched, Computation) and asked.work.begun.wait(20)
    computations.leave(watched)
    assert isinstance(watched.future.exception(20), Stopped)
    until(lambda: asked.work.ended == ["a"])


def test_more_replicas_compute_more_side_by_side(asked, monkeypatch):
    monkeypatch.setattr(replicas, "LOOKING_SECONDS", 0.01)
    asked.replicas.size = Size(1, 4, 2, 0)
    for count, places in ((3, 6), (0, 2)):
        asked.cluster.count = count
        until(lambda places=places: asked.replicas.places() == places, 10)
    assert asked.replicas.state() == {"device": "CPU × 1", "replicas": 0}


def until(true, seconds=20.0):
    """Wait for what another thread does."""
    waited = threading.Event()
    for _ in range(int(seconds * 50)):
        if true():
            return
        waited.wait(0.02)
    raise AssertionError("it never came")


@pytest.mark.parametrize(
    ("settings", "there", "size"),
    [
        ({}, (4, 0), Size(1, 4, 1, 0)),
        ({"LAB_REPLICA_CORES": "2"}, (4, 0), Size(1, 2, 2, 0)),
        ({"LAB_REPLICAS": "8"}, (4, 0), Size(8, 8, 1, 0)),
        ({"LAB_REPLICAS": "2", "LAB_REPLICAS_MAX": "6"}, (4, 0), Size(2, 6, 1, 0)),
        ({"LAB_REPLICA_GPUS": "0.5"}, (16, 2), Size(1, 4, 1, 0.5)),
    ],
)
def test_there_are_as_many_replicas_as_the_settings_say_or_as_there_is_room_for(settings, there, size, monkeypatch):
    for name in ("LAB_REPLICAS", "LAB_REPLICAS_MAX", "LAB_REPLICA_CORES", "LAB_REPLICA_GPUS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert Size.chosen(*there) == size
