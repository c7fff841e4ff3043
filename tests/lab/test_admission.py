"""A burst is served one after the other; of a line that stays, whoever would wait long is told when to come again."""

import pytest

from lab.admission import HURRIED, PATIENT, SUSTAINED, Admission
from lab.carrier import Here
from lab.question import ask, defaults
from models.errors import InputError
from tests.lab.made import Work, exhibit


@pytest.fixture
def question(monkeypatch):
    """One of a run that usually takes two seconds, on two places."""
    monkeypatch.setattr(Here, "places", lambda _: 2)
    made = exhibit(Work())
    return ask(made, made.run("first"), defaults(made))


@pytest.fixture
def clock():
    """Seconds, to be set."""
    return [0.0]


@pytest.fixture
def gate(question, clock):
    """That has seen the run take two seconds."""
    made = Admission(now=lambda: clock[0])
    made.learned(question, 2.0)
    return made


def taken(gate, question):
    """How many questions are taken, of any number that nobody answers."""
    count = 0
    while True:
        try:
            gate.check([question] * count)
        except InputError as error:
            return count, error
        count += 1


def test_a_class_that_asks_at_the_same_moment_is_served(gate, question):
    count, refused = taken(gate, question)
    assert (count - 1) * 2 / 2 <= PATIENT < count * 2 / 2
    assert (refused.code, refused.details) == ("run.crowded", {"count": count, "seconds": count})


def test_of_a_line_that_stays_only_what_has_its_turn_soon_is_taken(gate, question, clock):
    gate.check([question] * 3)
    clock[0] = SUSTAINED + 1
    count, refused = taken_after_a_line(gate, question)
    assert count * 2 / 2 > HURRIED >= (count - 1) * 2 / 2
    assert refused.details["seconds"] == count


def taken_after_a_line(gate, question):
    """As `taken`, but never fewer than three on their way."""
    for count in range(3, 100):
        try:
            gate.check([question] * count)
        except InputError as error:
            return count, error
    raise AssertionError("nobody was refused")


def test_once_the_line_was_gone_a_class_is_served_again(gate, question, clock):
    gate.check([question] * 3)
    clock[0] = SUSTAINED + 1
    gate.noted(2)
    assert taken_after_a_line(gate, question)[0] > PATIENT


def test_one_long_run_keeps_nobody_out(gate, question, clock):
    gate.learned(question, 1000.0)
    clock[0] = 10 * SUSTAINED
    gate.check([question] * 3)


def test_before_anything_was_computed_nobody_is_refused(question, clock):
    Admission(now=lambda: clock[0]).check([question] * 100)
