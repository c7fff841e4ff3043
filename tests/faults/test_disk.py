"""A folder that is full, read-only or gone while the lab runs: made again, or one sentence and a line in the log."""

import errno
import os
import shutil
import tempfile

import numpy as np
import pytest
import torch
from gradio import route_utils

from lab import environment, widget
from lab.room import room
from lab.text import LANGUAGES, Text
from lab.views.payload import Payload
from models import checkpoint, guest_cache
from models.errors import InputError
from tests.lab.guards.conftest import client, small  # noqa: F401 (fixtures)
from tests.models.opening import logits

UPLOAD = "/gradio_api/upload"


@pytest.fixture
def folder(small, monkeypatch):  # noqa: F811
    """The folder of visitors' files of a page that runs, in which something lies that the page shows."""
    monkeypatch.setattr(environment, "_held", {})
    lasting = small.folder / "example" / "photo.png"
    lasting.parent.mkdir(exist_ok=True)
    lasting.write_bytes(b"an example")
    for name in ("folder", "most", "lasting", "make"):
        monkeypatch.setattr(room, name, getattr(room, name))
    room.bound(small.folder, 10**9, environment.hold)
    yield small.folder
    if small.folder.is_file():
        small.folder.unlink()
    small.folder.mkdir(exist_ok=True)


def put_a_file_in_its_place(folder):
    shutil.rmtree(folder)
    folder.write_text("no folder")


def send(client, language="en"):  # noqa: F811
    headers = {"referer": str(client.base_url.join("/" if language == "en" else f"/{language}"))}
    return client.post(UPLOAD, files={"files": ("photo.png", b"a visitor's")}, headers=headers)


def test_a_folder_that_is_gone_is_made_again_with_what_pages_show(folder, client, caplog):  # noqa: F811
    shutil.rmtree(folder)
    answer = send(client)
    assert answer.status_code == 200
    assert client.get(f"/gradio_api/file={answer.json()[0]}").content == b"a visitor's"
    assert (folder / "example" / "photo.png").read_bytes() == b"an example"
    assert folder.stat().st_mode & 0o777 == 0o700 and (folder / environment.LOCK).exists()
    assert "has been removed" in caplog.text


def test_what_widgets_draw_is_written_into_a_folder_that_was_gone(folder):
    shutil.rmtree(folder)
    value = widget.widget_value(Payload({}, {"a": np.zeros(3)}), None)
    assert os.path.isfile(value["file"].removeprefix("gradio_api/file="))  # noqa: PTH113


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_upload_to_a_disk_that_cannot_be_written_gets_a_sentence(folder, client, language, caplog):  # noqa: F811
    put_a_file_in_its_place(folder)
    answer = send(client, language)
    assert (answer.status_code, answer.text) == (507, Text(language).error(InputError("request.no_room")))
    assert "visitors' files cannot be saved" in caplog.text and "Traceback" not in caplog.text


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_an_upload_to_a_full_disk_gets_a_sentence(folder, client, code, monkeypatch, caplog):  # noqa: F811
    def full(*_, **settings):
        file = tempfile.NamedTemporaryFile(**settings)  # noqa: SIM115
        monkeypatch.setattr(file, "write", lambda _: (_ for _ in ()).throw(OSError(code, os.strerror(code))))
        return file

    monkeypatch.setattr(route_utils, "NamedTemporaryFile", full)
    answer = send(client)
    assert (answer.status_code, answer.text) == (507, Text("en").error(InputError("request.no_room")))
    assert os.strerror(code) in caplog.text


def test_widgets_data_that_cannot_be_written_gets_a_sentence(folder, caplog):
    put_a_file_in_its_place(folder)
    with pytest.raises(InputError) as caught:
        widget.widget_value(Payload({}, {"a": np.zeros(3)}), None)
    assert caught.value.code == "run.no_room" and "cannot be saved" in caplog.text


def test_a_cache_of_the_hub_that_is_gone_is_filled_again(hub, tiny_vit, tmp_path):
    expected = logits(hub.add("lab/vit", tiny_vit))
    shutil.rmtree(tmp_path / "cache")
    checkpoint.forget()
    assert torch.equal(logits("lab/vit"), expected)


def test_a_cache_that_has_become_read_only_is_still_read(hub, tiny_vit, tmp_path, monkeypatch):
    def refuses(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(guest_cache, "folder", lambda: tmp_path / "cache")
    expected = logits(hub.add("lab/vit", tiny_vit))
    monkeypatch.setattr(guest_cache.os, "utime", refuses)
    assert torch.equal(logits("lab/vit"), expected)
