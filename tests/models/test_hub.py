"""Models of the Hub, against a stand-in on this machine."""

import errno
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from huggingface_hub import constants, file_download
from transformers import ViTForImageClassification

from models import checkpoint
from models import hub as door
from models.checkpoint import find, open_model, stamp
from models.errors import InputError
from models.progress import NoProgress
from tests.models.opening import FAMILIES, code, logits


class Heard(NoProgress):
    """What a download reports: (bytes so far, bytes in all)."""

    def __init__(self):
        self.steps = []

    def downloaded(self, done, total):
        self.steps.append((done, total))


def test_a_hub_model_is_downloaded_once_and_equals_its_folder(hub, tiny_vit):
    progress = Heard()
    heard = progress.steps
    reference = hub.add("lab/vit", tiny_vit)
    assert open_model(f" {reference} ", FAMILIES, "image", progress).reference == reference
    assert torch.equal(logits(reference), logits(tiny_vit))
    total = sum(path.stat().st_size for path in tiny_vit.iterdir())
    assert heard == sorted(heard)
    assert len({done for done, _ in heard}) > 3
    assert (heard[0], heard[-1]) == ((0, total), (total, total))
    asked = len(hub.asked)
    hub.off()
    checkpoint._models.clear()
    assert torch.equal(logits(reference), logits(tiny_vit))
    assert len(hub.asked) == asked
    assert not any("xet" in path for path in hub.asked)


def test_a_revision_is_another_model(hub, tiny_vit, tiny_deit):
    hub.add("lab/vit", tiny_vit)
    hub.add("lab/vit", tiny_deit, "refs/pr/3")
    assert torch.equal(logits("lab/vit@refs/pr/3"), logits(tiny_deit))
    assert torch.equal(logits("lab/vit"), logits(tiny_vit))
    assert code("lab/vit@refs/pr/4") == "model.not_on_hub"
    for revision in ("../main", "a/../../b", "/etc", "", "a//b", "a@b", ".."):
        assert code(f"lab/vit@{revision}") == "model.unknown"


def test_what_the_hub_does_not_give(hub, tiny_vit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    hub.gated.add(hub.add("lab/gated", folder))
    assert code("lab/none") == "model.not_on_hub"
    assert code("lab/gated") == "model.not_on_hub"
    assert code("lab--none/vit") == "model.unknown"
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert code(hub.add("lab/pickled", folder)) == "model.pickled"
    (folder / "pytorch_model.bin").unlink()
    assert code(hub.add("lab/empty", folder)) == "model.no_weights"


@pytest.fixture
def pickled(tmp_path, tiny_vit):
    """A folder as many on the Hub are: its weights are a pickle. Beside it the same with safetensors."""
    folder, converted = tmp_path / "pickled", tmp_path / "converted"
    shutil.copytree(tiny_vit, folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    shutil.copytree(folder, converted)
    shutil.copy(tiny_vit / "model.safetensors", converted)
    return folder, converted


def test_a_pickled_model_is_opened_from_the_hubs_own_conversion(hub, pickled, tiny_vit):
    folder, converted = pickled
    hub.converts(hub.add("lab/vit", folder), converted)
    assert door.conversion("lab/vit") == ""
    assert torch.equal(logits("lab/vit"), logits(tiny_vit))
    assert door.conversion("lab/vit") == "refs/pr/4"
    assert not any(path.endswith(".bin") for path in hub.asked)
    hub.off()
    checkpoint._models.clear()
    assert torch.equal(logits("lab/vit"), logits(tiny_vit)), "known while the process lives"
    assert len(stamp("lab/vit")) == 16


def test_a_conversion_of_the_same_pickle_is_used_though_the_card_has_changed_since(hub, pickled, tiny_vit):
    folder, converted = pickled
    hub.converts(hub.add("lab/vit", folder), converted, on="older")
    assert torch.equal(logits("lab/vit"), logits(tiny_vit))


@pytest.mark.parametrize(
    "other",
    [{"author": "somebody"}, {"status": "closed"}, {"status": "merged"}, {"title": "Better weights"}],
    ids=lambda other: next(iter(other.values())),
)
def test_another_pull_request_is_not_trusted(hub, pickled, other):
    folder, converted = pickled
    hub.converts(hub.add("lab/vit", folder), converted, **other)
    assert code("lab/vit") == "model.pickled"
    assert not hub.weights_asked()


def test_a_conversion_of_other_weights_is_not_used(hub, pickled):
    folder, converted = pickled
    (converted / "pytorch_model.bin").write_bytes(b"what it was converted from")
    hub.converts(hub.add("lab/vit", folder), converted, on="older")
    assert code("lab/vit") == "model.pickled"
    hub.converts("lab/vit", folder, number=5)
    assert code("lab/vit") == "model.pickled", "a pull request without safetensors"


def test_a_huge_model_or_another_family_is_refused_before_the_weights_come(hub, tiny_deit):
    hub.sizes["model.safetensors"] = 2_100_000_000
    assert code(hub.add("lab/deit", tiny_deit)) == "model.too_large"
    hub.sizes.clear()
    assert code("lab/deit", FAMILIES[:1]) == "model.family"
    assert not hub.weights_asked()
    assert open_model("lab/deit", FAMILIES, "image")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failing_hub(hub, tiny_vit, status):
    hub.status = status
    assert code(hub.add("lab/vit", tiny_vit)) == "model.no_network"


def test_a_silent_or_missing_hub(hub, tiny_vit, monkeypatch):
    monkeypatch.setattr(door, "PATIENCE", 0.2)
    hub.silence = 0.6
    assert code(hub.add("lab/vit", tiny_vit)) == "model.no_network"
    hub.off()
    assert code("lab/vit") == "model.no_network"


def test_a_cut_connection_goes_on_where_it_was(hub, tiny_vit, tiny_deit):
    hub.add("lab/vit", tiny_vit)
    progress = Heard()
    hub.cuts = 3
    open_model("lab/vit", FAMILIES, "image", progress)
    assert progress.steps[-1][0] == progress.steps[-1][1] == max(progress.steps)[0]
    assert len(hub.weights_asked()) == 5
    assert torch.equal(logits("lab/vit"), logits(tiny_vit))
    hub.cuts = 1000
    assert code(hub.add("lab/always-cut", tiny_deit)) == "model.no_network"


def test_a_full_disk(hub, tiny_vit, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_download, "http_get", full)
    assert code(hub.add("lab/vit", tiny_vit)) == "model.not_saved"


@pytest.mark.parametrize("error", [RuntimeError("stop"), TimeoutError(), InputError("photo.missing")])
def test_what_progress_raises_ends_the_download_and_leaves_nothing_behind(hub, tiny_vit, tmp_path, error):
    config = (tiny_vit / "config.json").stat().st_size + (tiny_vit / "preprocessor_config.json").stat().st_size

    class Stop(NoProgress):
        def downloaded(self, done, total):
            if done > config:
                raise error

    hub.add("lab/vit", tiny_vit)
    with pytest.raises(type(error)) as caught:
        open_model("lab/vit", FAMILIES, "image", Stop())
    assert caught.value is error
    assert hub.weights_asked()
    assert not list(tmp_path.rglob("*.incomplete"))
    assert door.cached("lab/vit") is None
    assert torch.equal(logits("lab/vit"), logits(tiny_vit))


def test_shards_and_float16(hub, tiny_vit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    (folder / "model.safetensors").unlink()
    ViTForImageClassification.from_pretrained(tiny_vit).half().save_pretrained(folder, max_shard_size="10KB")
    assert len(list(folder.glob("*.safetensors"))) > 2
    model = open_model(hub.add("lab/shards", folder), FAMILIES, "image").model
    assert {value.dtype for value in model.state_dict().values()} == {torch.float32}
    torch.testing.assert_close(logits("lab/shards"), logits(tiny_vit), rtol=0, atol=0.05)
    hub.off()
    assert find("lab/shards").is_dir()
    next(find("lab/shards").glob("*.safetensors")).unlink()
    assert code("lab/shards") == "model.no_network"


def test_nobody_waits_for_anothers_download(hub, tiny_vit, tiny_deit):
    begun, go_on = threading.Event(), threading.Event()

    class Wait(NoProgress):
        def downloaded(self, done, total):
            begun.set()
            go_on.wait(20)

    open_model(str(tiny_deit), FAMILIES, "image")
    hub.add("lab/vit", tiny_vit)
    with ThreadPoolExecutor(2) as pool:
        downloads = [pool.submit(open_model, "lab/vit", FAMILIES, "image", Wait()) for _ in range(2)]
        assert begun.wait(20)
        open_model(str(tiny_deit), FAMILIES, "image")
        assert not any(download.done() for download in downloads)
        go_on.set()
    first, second = (download.result().model for download in downloads)
    assert first is second


@pytest.mark.parametrize("setting", ["0", "", "yes"])
def test_a_public_server_opens_no_folder_and_lends_no_token(hub, tiny_vit, tmp_path, monkeypatch, setting):
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAB_PRIVATE", setting)
    monkeypatch.setenv("LAB_HUB_MODELS", "lab/vit")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert code(tiny_vit) == "model.folder"
    open_model(hub.add("lab/vit", tiny_vit), FAMILIES, "image")
    assert set(hub.tokens) == {None}


@pytest.mark.parametrize("reference", ["~nobody/vit", "a" * 400, "a\0b", "\ud800", "owner/name/more", "https://a/b"])
def test_odd_references(reference):
    assert code(reference) == "model.unknown"
