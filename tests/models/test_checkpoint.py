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
from urllib.parse import unquote, urlsplit

import pytest
import torch
from huggingface_hub import constants, file_download
from transformers import ViTForImageClassification

from models import checkpoint
from models.checkpoint import find, open_model
from models.errors import InputError

FAMILIES = ("ViTForImageClassification", "DeiTForImageClassificationWithTeacher")


class Hub(ThreadingHTTPServer):
    """As much of the Hub's protocol as the library speaks: a model's list of files, and HEAD and GET of a file."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.models, self.gated, self.sizes = {}, set(), {}
        self.asked, self.tokens = [], []
        self.status, self.silence, self.cuts = 200, 0.0, 0
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def add(self, name, folder, revision="main"):
        """Publish the files of `folder`."""
        self.models[name, revision] = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        return name

    def weights_asked(self):
        return [path for path in self.asked if path.endswith(".safetensors")]

    def off(self):
        """From now on no connection is accepted."""
        self.shutdown()
        self.server_close()


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.tokens.append(self.headers.get("Authorization"))
        time.sleep(self.server.silence)
        parts = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        if self.server.status != 200:
            self.reply(self.server.status)
        elif parts[:2] == ["api", "models"]:
            self.listing("/".join(parts[2:4]), parts[5] if len(parts) > 4 else "main")
        else:
            self.file("/".join(parts[:2]), parts[3], parts[4])

    do_HEAD = do_GET

    def log_message(self, *_):
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
        code = {"X_Error_Code": "RevisionNotFound" if known else "RepoNotFound"}
        return self.reply(404 if known else 401, **code)

    def listing(self, name, revision):
        if found := self.content(name, revision):
            files, commit = found
            sizes = {file: self.server.sizes.get(file, len(body)) for file, body in files.items()}
            siblings = [{"rfilename": file, "size": size} for file, size in sizes.items()]
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
    checkpoint._open.cache_clear()
    yield hub
    hub.off()


def logits(reference):
    model, _ = open_model(str(reference), FAMILIES)
    with torch.inference_mode():
        return model(torch.linspace(-1, 1, 3 * 32 * 32).view(1, 3, 32, 32)).logits


def code(reference, families=FAMILIES):
    with pytest.raises(InputError) as caught:
        open_model(str(reference), families)
    return caught.value.code


def test_a_hub_model_is_downloaded_once_and_equals_its_folder(hub, tiny_vit):
    heard = []
    reference = hub.add("lab/vit", tiny_vit)
    open_model(f" {reference} ", FAMILIES, lambda done, total: heard.append((done, total)))
    assert torch.equal(logits(reference), logits(tiny_vit))
    total = sum(path.stat().st_size for path in tiny_vit.iterdir())
    assert heard == sorted(heard)
    assert len({done for done, _ in heard}) > 3
    assert (heard[0], heard[-1]) == ((0, total), (total, total))
    asked = len(hub.asked)
    hub.off()
    checkpoint._open.cache_clear()
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


def test_a_huge_model_or_another_family_is_refused_before_the_weights_come(hub, tiny_deit):
    hub.sizes["model.safetensors"] = 2_100_000_000
    assert code(hub.add("lab/deit", tiny_deit)) == "model.too_large"
    hub.sizes.clear()
    assert code("lab/deit", FAMILIES[:1]) == "model.family"
    assert not hub.weights_asked()
    assert open_model("lab/deit", FAMILIES)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failing_hub(hub, tiny_vit, status):
    hub.status = status
    assert code(hub.add("lab/vit", tiny_vit)) == "model.no_network"


def test_a_silent_or_missing_hub(hub, tiny_vit, monkeypatch):
    monkeypatch.setattr(checkpoint, "HUB_PATIENCE", 0.2)
    hub.silence = 0.6
    assert code(hub.add("lab/vit", tiny_vit)) == "model.no_network"
    hub.off()
    assert code("lab/vit") == "model.no_network"


def test_a_cut_connection_goes_on_where_it_was(hub, tiny_vit, tiny_deit):
    hub.add("lab/vit", tiny_vit)
    heard = []
    hub.cuts = 3
    open_model("lab/vit", FAMILIES, lambda done, total: heard.append((done, total)))
    assert heard[-1][0] == heard[-1][1] == max(heard)[0]
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

    def progress(done, total):
        if done > config:
            raise error

    hub.add("lab/vit", tiny_vit)
    with pytest.raises(type(error)) as caught:
        open_model("lab/vit", FAMILIES, progress)
    assert caught.value is error
    assert hub.weights_asked()
    assert not list(tmp_path.rglob("*.incomplete"))
    assert checkpoint._cached("lab/vit", None) is None
    assert torch.equal(logits("lab/vit"), logits(tiny_vit))


def test_shards_and_float16(hub, tiny_vit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    (folder / "model.safetensors").unlink()
    ViTForImageClassification.from_pretrained(tiny_vit).half().save_pretrained(folder, max_shard_size="10KB")
    assert len(list(folder.glob("*.safetensors"))) > 2
    model, _ = open_model(hub.add("lab/shards", folder), FAMILIES)
    assert {value.dtype for value in model.state_dict().values()} == {torch.float32}
    torch.testing.assert_close(logits("lab/shards"), logits(tiny_vit), rtol=0, atol=0.05)
    hub.off()
    assert find("lab/shards").is_dir()
    next(find("lab/shards").glob("*.safetensors")).unlink()
    assert code("lab/shards") == "model.no_network"


def test_nobody_waits_for_anothers_download(hub, tiny_vit, tiny_deit):
    begun, go_on = threading.Event(), threading.Event()

    def progress(done, total):
        begun.set()
        go_on.wait(20)

    open_model(str(tiny_deit), FAMILIES)
    hub.add("lab/vit", tiny_vit)
    with ThreadPoolExecutor(2) as pool:
        downloads = [pool.submit(open_model, "lab/vit", FAMILIES, progress) for _ in range(2)]
        assert begun.wait(20)
        open_model(str(tiny_deit), FAMILIES)
        assert not any(download.done() for download in downloads)
        go_on.set()
    first, second = (download.result()[0] for download in downloads)
    assert first is second


@pytest.mark.parametrize("setting", [("SPACE_ID", "lab/space"), ("GRADIO_SERVER_NAME", "0.0.0.0")])
def test_a_public_server_opens_no_folder_and_lends_no_token(hub, tiny_vit, monkeypatch, setting):
    monkeypatch.setenv(*setting)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert code(tiny_vit) == "model.unknown"
    open_model(hub.add("lab/vit", tiny_vit), FAMILIES)
    assert set(hub.tokens) == {None}


@pytest.mark.parametrize("reference", ["~nobody/vit", "a" * 400, "a\0b", "\ud800", "owner/name/more", "https://a/b"])
def test_odd_references(reference):
    assert code(reference) == "model.unknown"


def test_importing_the_door_is_cheap():
    heavy = "{'torch', 'transformers', 'huggingface_hub'}"
    script = f"import sys, models.checkpoint as door; door.bundled(); assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).resolve().parents[2], check=True)
