"""A clock that jumps by hours, forwards or backwards: nothing that waits or ages heeds it."""

import itertools
import time

import pytest
from huggingface_hub import constants

from lab.room import Room
from models import guest_cache
from models.checkpoint import find
from tests.lab.made import trace
from tests.lab.wiring.page import Page
from tests.models.opening import code

HOURS = 3600.0


@pytest.fixture(params=[10 * HOURS, -10 * HOURS], ids=["forwards", "backwards"])
def jumps(request, monkeypatch):
    """The clock jumps on, or back, each time that somebody looks at it."""
    begun, count = time.time(), itertools.count(1)
    monkeypatch.setattr(time, "time", lambda: begun + next(count) * request.param)


def test_a_run_is_answered(jumps, tmp_path, monkeypatch):
    monkeypatch.setattr("lab.saved.RUNS", tmp_path)
    page = Page()

    def slow(word, count, forces, progress):
        for _ in range(3):
            progress.beat()
            time.sleep(0.01)
        return trace(word, count)

    page.work.do = slow
    assert list(page.press(word="now"))[-1]["cost"] == "now1"


def test_a_model_of_strangers_stays_as_long_as_it_is_used(jumps, hub, tiny_vit, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_PRIVATE", "0")
    monkeypatch.setenv("LAB_HUB_MODELS", "lab/*")
    monkeypatch.setenv("LAB_HUB_COUNT", "1")
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    first = find(hub.add("lab/one", tiny_vit))
    assert code(hub.add("lab/two", tiny_vit)) == "model.no_room"
    now = time.monotonic() + guest_cache.USED_SECONDS + 1
    monkeypatch.setattr(guest_cache.time, "monotonic", lambda: now)
    assert find("lab/two").is_dir() and not first.exists()


def test_an_upload_that_grows_is_kept(jumps, tmp_path):
    room = Room()
    room.bound(tmp_path, 3000)
    upload = tmp_path / "tmpabc"
    for size in (10, 20, 30):
        upload.write_bytes(b"a" * size)
        room.wrote(1000)
    assert upload.exists()
