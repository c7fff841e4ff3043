"""The server's log: one line for each run, and never what a visitor wrote or showed."""

import io
import logging
import re
from contextlib import suppress

import gradio as gr
import pytest

from lab import answering, computing, journal
from lab.computing import Computations
from models.errors import InputError
from tests.lab.made import Work
from tests.lab.wiring.page import Page

SENTENCE = "my secret sentence"


@pytest.fixture
def written(monkeypatch):
    """What stands in the log."""
    root, stream = logging.Logger("root", logging.WARNING), io.StringIO()
    monkeypatch.setattr(logging, "root", root)
    monkeypatch.setattr(logging.Logger, "root", root)
    for name in ("lab.journal", "lab.answering"):
        monkeypatch.setattr(logging.getLogger(name), "parent", root)
    monkeypatch.setattr("sys.stderr", stream)
    journal.begin()
    return stream.getvalue


@pytest.fixture
def page(monkeypatch):
    """A made exhibit whose computations are remembered in this test alone."""
    mine = Computations()
    monkeypatch.setattr(computing, "computations", mine)
    monkeypatch.setattr(answering, "computations", mine)
    return Page(Work())


def press(page):
    parts = page.board.inputs
    data = {page.wiring.visit: page.visit, parts["word"]: SENTENCE, parts["count"]: 1}
    with suppress(gr.Error):
        list(page.wiring.pressed(data))


def lines(written):
    return [line.split("INFO lab.journal: ")[1] for line in written().splitlines() if " lab.journal: " in line]


def test_a_run_is_a_line_and_so_is_its_answer_from_memory(page, written):
    press(page)
    press(page)
    computed, remembered = lines(written)
    assert re.fullmatch(r'exhibit=cost run=first seconds=0\.\d\d cached=no device="[^"]+"', computed)
    assert re.fullmatch(r'exhibit=cost run=first seconds=0\.00 cached=remembered device="[^"]+"', remembered)
    assert SENTENCE not in written()


def test_a_run_that_fails_says_where_and_of_what_kind_and_not_what(page, written):
    def fail(word, *_, **__):
        try:
            raise KeyError(word)
        except KeyError as error:
            raise ValueError(f"cannot read {word}") from error

    page.work.do = fail
    press(page)
    assert lines(written) == ["exhibit=cost run=first failed=ValueError"]
    assert "KeyError\n" in written() and 'raise ValueError(f"cannot read {word}") from error' in written()
    assert "secret" not in written()


def test_what_a_visitor_can_change_is_a_code(page, written):
    def refuse(*_, **__):
        raise InputError("model.unknown", reference=SENTENCE)

    page.work.do = refuse
    press(page)
    assert lines(written) == ["exhibit=cost run=first failed=model.unknown"]
    assert "secret" not in written()
