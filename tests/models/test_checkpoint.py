"""The weights door against a stand-in for the Hub on this machine."""

import errno
import hashlib
import json
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import torch
from huggingface_hub import constants, file_download
from transformers import ViTForImageClassification

from models import checkpoint
from models import hub as door
from models.checkpoint import Reads, find, open_model, stamp
from models.errors import InputError
from models.hub import CONVERTED
from models.progress import NoProgress

FAMILIES = ("ViTForImageClassification", "DeiTForImageClassificationWithTeacher")


class Heard(NoProgress):
    """What a download reports: (bytes so far, bytes in all)."""

    def __init__(self):
        self.steps = []

    def downloaded(self, done, total):
        self.steps.append((done, total))


class Hub(ThreadingHTTPServer):
    """As much of the Hub's protocol as the library speaks: a model's list of files, and HEAD and GET of a file."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.models, self.gated, self.sizes = {}, set(), {}
        self.asked, self.tokens, self.requests = [], [], {}
        self.status, self.silence, self.cuts = 200, 0.0, 0
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def add(self, name, folder, revision="main"):
        """Publish the files of `folder`."""
        self.models[name, revision] = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        return name

    def converts(self, name, folder, number=4, author="SFconvertbot", status="open", on="main", title=CONVERTED):
        """Publish the files of `folder` as an open pull request; on: the branch that it was made on top of."""
        self.add(name, folder, f"refs/pr/{number}")
        self.requests.setdefault(name, []).append((number, author, status, on, title))

    def weights_asked(self):
        return [path for path in self.asked if path.endswith(".safetensors")]

    def off(self):
        """From now on no connection is accepted."""
        self.shutdown()
        self.server_close()


class Answer(BaseHTTPRequestHandler):
    server: Hub  # pyright: ignore[reportIncompatibleVariableOverride] - the base class is not generic

    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.tokens.append(self.headers.get("Authorization"))
        time.sleep(self.server.silence)
        parts = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        if self.server.status != 200:
            self.reply(self.server.status)
        elif parts[4:] == ["discussions"]:
            self.discussions("/".join(parts[2:4]))
        elif parts[4:5] == ["commits"]:
            self.commits("/".join(parts[2:4]), parts[5])
        elif parts[:2] == ["api", "models"]:
            self.listing("/".join(parts[2:4]), parts[5] if len(parts) > 4 else "main")
        else:
            self.file("/".join(parts[:2]), parts[3], parts[4])

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format, *args):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command == "GET":
            cut = self.server.cuts > 0 and self.path.endswith(".safetensors")
            self.server.cuts -= cut
            self.wfile.write(body[: len(body) // 2] if cut else body)

    def content(self, name, revision):
        """The files of a model at a branch or commit, and the commit; None after an answer that there are none."""
        for (one, branch), files in self.server.models.items():
            commit = hashlib.sha1((one + branch).encode()).hexdigest()
            if one == name and revision in (branch, commit):
                return files, commit
        known = any(one == name for one, _ in self.server.models)
        code: dict[str, Any] = {"X_Error_Code": "RevisionNotFound" if known else "RepoNotFound"}
        return self.reply(404 if known else 401, **code)

    def discussions(self, name):
        found = [
            {
                "title": title,
                "num": number,
                "author": {"name": author},
                "createdAt": "2023-03-16T00:00:00.000Z",
                "status": status,
                "repo": {"name": name, "type": "model"},
                "isPullRequest": True,
            }
            for number, author, status, _, title in self.server.requests.get(name, ())
        ]
        self.reply(200, json.dumps({"count": len(found), "start": 0, "discussions": found}).encode())

    def commits(self, name, revision):
        number = int(revision.removeprefix("refs/pr/"))
        below = next(on for one, _, _, on, _ in self.server.requests[name] if one == number)
        ids = [hashlib.sha1((name + branch).encode()).hexdigest() for branch in (revision, below)]
        plain = {"title": "", "message": "", "date": "2023-03-16T00:00:00.000Z", "authors": []}
        self.reply(200, json.dumps([{"id": one, **plain} for one in ids]).encode())

    def listing(self, name, revision):
        if found := self.content(name, revision):
            files, commit = found
            sizes = {file: self.server.sizes.get(file, len(body)) for file, body in files.items()}
            blobs = {file: hashlib.sha1(body).hexdigest() for file, body in files.items()}
            siblings = [{"rfilename": file, "size": size, "blobId": blobs[file]} for file, size in sizes.items()]
            self.reply(200, json.dumps({"id": name, "sha": commit, "siblings": siblings}).encode())

    def file(self, name, revision, file):
        if name in self.server.gated:
            return self.reply(401, X_Error_Code="GatedRepo")
        if not (found := self.content(name, revision)):
            return None
        files, commit = found
        body = files[file]
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "X_Repo_Commit": commit, "X_Linked_Size": len(body)}
        if file.endswith(".safetensors"):
            headers |= {"X_Xet_Hash": "0" * 64, "X_Xet_Refresh_Route": "/xet-is-not-used"}
        if wanted := self.headers.get("Range"):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return self.reply(206, body[start:], Content_Range=span, **headers)
        return self.reply(200, body, **headers)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    hub = Hub()
    address = f"http://127.0.0.1:{hub.server_port}"
    settings = {
        "ENDPOINT": address,
        "HUGGINGFACE_CO_URL_TEMPLATE": address + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(tmp_path / "cache"),
        "HF_HUB_DISABLE_XET": False,
        "DOWNLOAD_CHUNK_SIZE": constants.DOWNLOAD_CHUNK_SIZE,
    }
    for name, value in settings.items():
        monkeypatch.setattr(constants, name, value)
    monkeypatch.setattr(file_download, "time", SimpleNamespace(sleep=lambda seconds: None))
    checkpoint._models.clear()
    door._conversions.clear()
    yield hub
    hub.off()


def logits(reference):
    model = open_model(str(reference), FAMILIES, "image").model
    with torch.inference_mode():
        return model(torch.linspace(-1, 1, 3 * 32 * 32).view(1, 3, 32, 32)).logits


def code(reference, families=FAMILIES):
    with pytest.raises(InputError) as caught:
        open_model(str(reference), families, "image")
    return caught.value.code


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
def test_a_public_server_opens_no_folder_and_lends_no_token(hub, tiny_vit, monkeypatch, setting):
    monkeypatch.setenv("LAB_PRIVATE", setting)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert code(tiny_vit) == "model.folder"
    open_model(hub.add("lab/vit", tiny_vit), FAMILIES, "image")
    assert set(hub.tokens) == {None}


@pytest.mark.parametrize("reference", ["~nobody/vit", "a" * 400, "a\0b", "\ud800", "owner/name/more", "https://a/b"])
def test_odd_references(reference):
    assert code(reference) == "model.unknown"


@pytest.fixture
def loads(monkeypatch):
    """The references that are loaded from disk, in order, with nothing in memory before; `hold` names one that waits
    for `go_on`, and tells `begun`."""
    load, loads = checkpoint._load, SimpleNamespace(seen=[], hold="", begun=threading.Event(), go_on=threading.Event())

    def watched(reference, *arguments):
        loads.seen.append(reference)
        if reference == loads.hold:
            loads.begun.set()
            assert loads.go_on.wait(20)
        return load(reference, *arguments)

    monkeypatch.setattr(checkpoint, "_load", watched)
    checkpoint._models.clear()
    yield loads
    checkpoint._models.clear()


def opened(reference, families=FAMILIES, reads: Reads = "image"):
    return open_model(str(reference), families, reads).model


def test_two_exhibits_with_different_families_share_one_model(loads, tiny_vit):
    assert opened(tiny_vit, FAMILIES) is opened(tiny_vit, FAMILIES[:1]) is opened(f" {tiny_vit}/ ", FAMILIES)
    assert len(loads.seen) == 1
    assert code(tiny_vit, FAMILIES[1:]) == "model.family"


def test_a_warm_model_does_not_wait_for_anothers_cold_load(loads, tiny_vit, tiny_deit):
    warm, loads.hold = opened(tiny_deit), str(tiny_vit)
    with ThreadPoolExecutor(2) as pool:
        cold = pool.submit(opened, tiny_vit)
        assert loads.begun.wait(20)
        try:
            assert pool.submit(opened, tiny_deit).result(20) is warm
            assert not cold.done()
        finally:
            loads.go_on.set()
    assert loads.seen == [str(tiny_deit), str(tiny_vit)]


def test_two_who_ask_for_the_same_cold_model_load_it_once(loads, tiny_vit):
    loads.hold = str(tiny_vit)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(opened, tiny_vit)
        assert loads.begun.wait(20)
        second = pool.submit(opened, tiny_vit)
        loads.go_on.set()
        assert first.result(20) is second.result(20)
    assert loads.seen == [str(tiny_vit)]


def test_a_model_that_could_not_be_read_is_tried_again(loads, tiny_vit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:1000])
    assert code(folder) == code(folder) == "model.unreadable"
    (folder / "model.safetensors").write_bytes(whole)
    assert torch.equal(logits(folder), logits(tiny_vit))


def test_a_folder_that_has_changed_is_opened_anew(loads, tiny_vit, tiny_deit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    before, known = opened(folder), stamp(str(folder))
    assert opened(folder) is before
    assert known == stamp(f" {folder} ") != stamp(str(tiny_vit))
    shutil.copytree(tiny_deit, folder, dirs_exist_ok=True)
    assert torch.equal(logits(folder), logits(tiny_deit))
    assert opened(folder) is not before
    assert stamp(str(folder)) not in ("", known)
    assert len(checkpoint._models._models) == 2, "what was opened before the change is forgotten"


def test_the_least_recently_used_model_goes_when_all_are_too_large(loads, tiny_vit, tiny_deit, tiny_swin, monkeypatch):
    families = (*FAMILIES, "SwinForImageClassification")
    vit, deit, swin = (opened(folder, families) for folder in (tiny_vit, tiny_deit, tiny_swin))
    weights = [sum(4 * parameter.numel() for parameter in model.parameters()) for model in (vit, deit, swin)]
    checkpoint._models.clear()
    monkeypatch.setattr(checkpoint, "MAX_CACHED_BYTES", weights[0] + weights[2])
    vit, deit, _ = opened(tiny_vit, families), opened(tiny_deit, families), opened(tiny_vit, families)
    swin = opened(tiny_swin, families)
    assert opened(tiny_vit, families) is vit
    assert opened(tiny_swin, families) is swin
    assert len(loads.seen) == 6
    assert opened(tiny_deit, families) is not deit
    monkeypatch.setattr(checkpoint, "MAX_CACHED_BYTES", 0)
    alone = opened(tiny_swin, families)
    assert opened(tiny_swin, families) is alone


def test_the_caller_names_the_reader(loads, tiny_vit, tiny_translators):
    _, model, processor = open_model(str(tiny_vit), FAMILIES, "image")
    assert tuple(processor.image_mean) == (0.4, 0.5, 0.6)
    assert open_model(str(tiny_vit), FAMILIES, None).reader is None
    _, _, tokenizer = open_model(str(tiny_translators[0]), ("MarianMTModel",), "text")
    assert tokenizer.decode(tokenizer("A small dog runs.").input_ids, skip_special_tokens=True) == "A small dog runs."
    with pytest.raises(InputError, match=r"model\.no_tokenizer"):
        open_model(str(tiny_vit), FAMILIES, "text")
    assert open_model(str(tiny_vit), FAMILIES, "image").model is model


def test_a_stamp_stands_for_what_is_here_now(hub, tiny_vit):
    assert stamp(hub.add("lab/vit", tiny_vit)) == ""
    assert not hub.asked, "nothing is asked of the Hub"
    open_model("lab/vit", FAMILIES, "image")
    assert len(stamp("lab/vit")) == 16
    assert stamp("vit-imagenette") == stamp("vit-imagenette ") != stamp("swin-imagenette")
    nothings: list[Any] = [None, "", "no such folder", "a\0b", "\ud800", 7, "lab/none", "lab/vit@other"]
    for nothing in nothings:
        assert stamp(nothing) == ""


def test_importing_the_door_is_cheap():
    heavy = "{'torch', 'transformers', 'huggingface_hub'}"
    script = f"import sys, models.checkpoint as door; door.bundled(); assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).resolve().parents[2], check=True)
