"""A lab that gets a GPU lent for each run: the same answers, computed in another process."""

import json
import os
import pickle
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lab.lent import SECONDS, SECONDS_GROWING
from lab.page import MAX_QUEUED, Page
from models.device import LENDS, borrow, describe, device, is_lent, places
from models.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
QUICK = (
    "patches-vit",
    "patches-swin",
    "patches-pair",
    "graph-masks",
    "graph-paper",
    "anatomy-patch_walk",
    "anatomy-pooling",
    "anatomy-mask-zh",
    "blocks-positions",
    "blocks-order-zh",
    "generation-next",
    "generation-training-zh",
    "generation-effects",
    "generation-heads-zh",
    "strategies-wrong",
    "image_text-match",
    "image_text-prompts-zh",
    "image_text-tokens",
    "image_text-write",
)
"""Saved runs that take at most a second or two, of every exhibit that has such."""


@pytest.fixture(scope="module")
def seen():
    """What visitors of a lab on the stand-in for ZeroGPU meet."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "tests.lab.lending", *QUICK]
    settings = {**os.environ, "GRADIO_SERVER_PORT": str(port)}
    ended = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=900)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.slow
def test_saved_questions_are_answered_alike_each_on_a_gpu_that_was_borrowed_for_it(seen):
    assert seen["started"] == ["/startup-report"]
    assert seen["borrowed"] == list(QUICK)
    assert seen["processes"]
    *plain, growing = seen["seconds"]
    assert growing == SECONDS_GROWING and set(plain) == {SECONDS, SECONDS_GROWING}


@pytest.mark.slow
def test_the_gpu_is_lent_to_the_visitor_who_asks_through_the_page(seen):
    assert seen["pressed"] is None and seen["token"] == "a visitor's"
    assert seen["health"]["device"] == "ZeroGPU"


@pytest.mark.slow
def test_what_goes_wrong_there_has_its_own_sentence_and_a_run_that_nobody_watches_ends(seen):
    assert (seen["empty"], seen["refused"], seen["left"]) == ("generation.empty", "run.not_lent", "Stopped")


def test_a_sentence_comes_back_from_another_process():
    error = pickle.loads(pickle.dumps(InputError("photo.small", width=1)))
    assert (error.code, error.details) == ("photo.small", {"width": 1})


def test_only_the_process_that_borrows_has_the_gpu(monkeypatch):
    monkeypatch.delenv("LAB_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv(LENDS, "true")
    assert is_lent() and device().type == "cpu" and describe() == "ZeroGPU"
    before = places()
    borrow()
    assert not is_lent() and device().type == "cuda" and places() is not before
    places.cache_clear()


def test_the_owner_may_borrow_nothing(monkeypatch):
    monkeypatch.setenv(LENDS, "true")
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    assert not is_lent()


@pytest.mark.slow
def test_elsewhere_the_decorator_does_nothing_and_the_lab_does_not_ask_for_it():
    import spaces

    def computed():
        pass

    assert spaces.GPU(duration=1)(computed) is computed
    code = f"import os, sys; os.environ.pop({LENDS!r}, 0); import gradio, lab.lent; assert 'spaces' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_gradio_refuses_nobody_there(monkeypatch):
    monkeypatch.setenv(LENDS, "true")
    with Page() as made:
        pass
    assert made.queue()._queue.max_size == 1
    assert made.queue(max_size=MAX_QUEUED)._queue.max_size == MAX_QUEUED
