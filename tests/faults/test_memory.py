"""Memory that is too small, of the machine or of its GPU: given back, tried once more, then one sentence."""

import ctypes
import os
import weakref
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lab.question import ask, defaults
from lab.text import LANGUAGES, Text
from models import checkpoint, memory
from models.device import describe
from models.errors import InputError
from models.measure import Stopwatch
from models.memory import is_short
from models.progress import NO_PROGRESS
from tests.lab.made import Work, exhibit, trace
from tests.lab.wiring.page import Page, failed


@pytest.fixture
def work():
    return Work()


def answers(work):
    made = exhibit(work)
    question = ask(made, made.run("first"), defaults(made))
    return question.traces(NO_PROGRESS, Stopwatch())


def full(*_, **__):
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


@pytest.mark.parametrize("ask_too_much", [lambda: torch.empty(10**15), lambda: np.empty(10**15), full])
def test_what_says_that_memory_is_short(ask_too_much):
    with pytest.raises((RuntimeError, MemoryError)) as caught:
        ask_too_much()
    assert is_short(caught.value)


def test_other_errors_are_not_taken_for_it(work):
    for other in (RuntimeError("shapes differ"), ValueError("out of memory"), InputError("photo.small")):
        assert not is_short(other)
    work.do = lambda *_: [][0]
    with pytest.raises(IndexError):
        next(answers(work))
    assert len(work.calls) == 1


def test_memory_is_given_back_before_the_second_try(work, monkeypatch):
    held, forgotten = [], []
    monkeypatch.setattr("lab.question.forget", lambda: forgotten.append(1))

    def first(word, count, forces, progress):
        big = torch.zeros(1000)
        held.append(weakref.ref(big))
        work.do = second
        full()

    def second(word, count, forces, progress):
        assert forgotten and held[0]() is None, "what the first try computed is still held"
        return trace(word, count)

    work.do = first
    assert len(list(answers(work))) == 1
    assert len(work.calls) == 2


def test_a_run_that_grows_is_not_begun_again(work):
    def growing(word, count, forces, progress):
        yield trace(word, 1)
        full()

    work.do = growing
    shown = answers(work)
    next(shown)
    with pytest.raises(InputError) as caught:
        next(shown)
    assert caught.value.code == "run.no_memory" and len(work.calls) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_reads_one_sentence_and_may_go_on(language, tmp_path, monkeypatch):
    monkeypatch.setattr("lab.saved.RUNS", tmp_path)
    page = Page(language=language)
    page.work.do = full
    _, toast = failed(page.press(word="large"))
    assert toast == Text(language).error(InputError("run.no_memory", device=describe()))
    page.work.do = lambda word, count, forces, progress: trace(word, count)
    assert list(page.press(word="small"))[-1]["cost"] == "small1"


def test_a_model_that_does_not_fit_is_not_called_damaged(monkeypatch):
    from transformers import ViTForImageClassification

    monkeypatch.setattr(ViTForImageClassification, "from_pretrained", full)
    checkpoint.forget()
    with pytest.raises(torch.OutOfMemoryError):
        checkpoint.open_as_shipped("vit-imagenette")


def test_what_was_freed_goes_back_to_the_system_once_a_minute(work, monkeypatch):
    monkeypatch.setattr("models.memory.trim", lambda: trims.append(1))
    trims, minute = [], [5.0 * 60]
    monkeypatch.setattr("models.memory.time", SimpleNamespace(monotonic=lambda: minute[0]))
    memory.trim_in.cache_clear()
    for seconds, expected in ((0, 1), (30, 1), (31, 2)):
        minute[0] += seconds
        list(answers(work))
        assert len(trims) == expected


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_freed_pieces_among_used_ones_go_back():
    """Every other of many small pieces: the C library keeps these to itself when they are freed."""
    pieces = [ctypes.create_string_buffer(b"x" * 60_000) for _ in range(4000)]
    del pieces[::2]
    before = resident()
    memory.trim()
    assert resident() < before - 60e6
    assert len(pieces) == 2000


def resident():
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_the_memory_of_a_real_gpu(work, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cuda")
    monkeypatch.setattr("lab.question.forget", lambda: None)
    before = torch.cuda.memory_reserved()

    def too_much(word, count, forces, progress):
        half = torch.cuda.mem_get_info()[1] // 2
        return torch.empty(half, dtype=torch.uint8, device="cuda"), torch.empty(
            2 * half, dtype=torch.uint8, device="cuda"
        )

    work.do = too_much
    with pytest.raises(InputError) as caught:
        next(answers(work))
    assert caught.value.code == "run.no_memory"
    assert torch.cuda.memory_reserved() <= before
