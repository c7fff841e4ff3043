"""A Hub that stalls, and files of it that are cut off on this disk: bounded time, one sentence, others go on."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import torch

from models import checkpoint
from models import hub as door
from models.checkpoint import find, open_model
from tests.models.hub_server import Answer
from tests.models.opening import FAMILIES, code, logits


class Stall:
    """Where the Hub falls silent: asked for a path that ends so, or in the middle of the file, until it is over."""

    def __init__(self):
        self.path, self.sends_half = "nothing", False
        self.begun, self.over = threading.Event(), threading.Event()


class Stalling(Answer):
    stall: Stall

    def reply(self, status, body=b"", **headers):
        if not self.path.split("?")[0].endswith(self.stall.path):
            return super().reply(status, body, **headers)
        self.stall.begun.set()
        if self.stall.sends_half:
            super().reply(status, body[: len(body) // 2], **{**headers, "Content-Length": len(body)})
        if self.command == "GET" or not self.stall.sends_half:
            self.wfile.flush()
            self.stall.over.wait(60)
        return None


@pytest.fixture
def stall(hub, monkeypatch):
    """The Hub's stand-in may fall silent; the lab wants to hear something every fifth of a second."""
    stall = Stall()
    monkeypatch.setattr(door, "PATIENCE", 0.2)
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda seconds: None))
    hub.RequestHandlerClass = type("Handler", (Stalling,), {"stall": stall})
    yield stall
    stall.over.set()


@pytest.mark.parametrize(("path", "sends_half"), [("lab/vit", False), ("config.json", False), (".safetensors", True)])
def test_a_hub_that_stalls_is_given_up_and_nobody_else_waits(hub, stall, tiny_vit, tiny_deit, path, sends_half):
    hub.add("lab/vit", tiny_vit)
    stall.path, stall.sends_half = path, sends_half
    with ThreadPoolExecutor(1) as pool:
        stalled = pool.submit(code, "lab/vit")
        assert stall.begun.wait(20)
        assert logits(tiny_deit) is not None
        assert stalled.result(30) == "model.no_network"


def test_a_hub_that_stalls_about_conversions_is_given_up(hub, stall, tiny_vit, tmp_path):
    folder = tmp_path / "pickled"
    shutil.copytree(tiny_vit, folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    hub.converts(hub.add("lab/pickled", folder), folder)
    for stall.path in ("discussions", "commits/refs%2Fpr%2F4"):
        stall.begun.clear()
        assert code("lab/pickled") == "model.pickled"
        assert stall.begun.is_set()


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_file_of_the_cache_that_was_cut_off_is_fetched_anew(hub, tiny_vit, name):
    expected = logits(hub.add("lab/vit", tiny_vit))
    cut = (find("lab/vit") / name).resolve()
    cut.write_bytes(cut.read_bytes()[:-100])
    checkpoint.forget()
    assert torch.equal(logits("lab/vit"), expected)
    hub.off()
    cut.write_bytes(cut.read_bytes()[:-100])
    checkpoint.forget()
    assert code("lab/vit") == "model.no_network"


def test_a_whole_file_is_not_fetched_again(hub, tiny_vit):
    hub.add("lab/vit", tiny_vit)
    folder = find("lab/vit")
    (folder / "preprocessor_config.json").unlink()
    open_model("lab/vit", FAMILIES, "image")
    assert len(hub.weights_asked()) == 2, "asked once for its head and once for the file"
