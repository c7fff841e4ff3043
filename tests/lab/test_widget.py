"""What a view's widget gets: arrays in one file, packed once for equal views, and left to Gradio to clean away."""

import errno
import gzip
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from lab import widget
from lab.text import Text
from lab.views.payload import Payload
from lab.widget import pack, shown_value
from models.errors import InputError
from tests.lab.made import trace

ENGLISH = Text("en")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Gradio's cache, empty, and nothing packed yet."""
    monkeypatch.setattr(widget, "get_upload_folder", lambda: str(tmp_path))
    monkeypatch.setattr(widget, "values", type(widget.values)())
    return tmp_path


class Packs:
    """A view's payload that counts how often it is asked for."""

    def __init__(self):
        self.count = 0

    def __call__(self, made, text):
        self.count += 1
        return Payload({"word": made.word}, {"number": made.number})


def file(value):
    return Path(value["file"].removeprefix("gradio_api/file="))


def test_an_equal_key_is_packed_once_and_every_value_has_another_id():
    packs = Packs()
    one, other = (shown_value("key", packs, trace("a", 3), ENGLISH, None) for _ in range(2))
    assert packs.count == 1
    assert one["answer"] != other["answer"]
    assert {**one, "answer": ""} == {**other, "answer": ""}
    assert one["word"] == "a"
    index = one["arrays"]["number"]
    assert (index["dtype"], tuple(index["shape"])) == ("float32", (3,))
    content = gzip.decompress(file(one).read_bytes())
    np.testing.assert_array_equal(np.frombuffer(content, "<f4", 3, index["offset"]), [0, 1, 2])
    shown_value("other key", packs, trace("a", 4), ENGLISH, None)
    assert packs.count == 2


def test_a_full_disk_is_told_and_leaves_nothing(folder, monkeypatch):
    def full(path, content):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError) as caught:
        shown_value("key", Packs(), trace("a", 3), ENGLISH, None)
    assert caught.value.code == "run.no_room"
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_packed_is_counted(monkeypatch):
    written = []
    monkeypatch.setattr(widget.room, "wrote", written.append)
    value = shown_value("key", Packs(), trace("a", 3), ENGLISH, None)
    assert written == [file(value).stat().st_size]


@pytest.mark.parametrize("nested", [False, True])
def test_a_deleted_file_is_packed_again(nested):
    packs = Packs()

    def payload(made, text):
        return {"vit": packs(made, text), "swin": packs(made, text)} if nested else packs(made, text)

    one = shown_value("key", payload, trace("a", 3), ENGLISH, None)
    kept = file(one["vit"] if nested else one)
    before = packs.count
    kept.unlink()
    shown_value("key", payload, trace("a", 3), ENGLISH, None)
    assert packs.count == 2 * before
    assert kept.is_file()


def test_values_of_long_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr(widget, "MAX_KEPT_VALUES", 2)
    packs = Packs()
    for key in ("a", "b", "c", "c", "a"):
        shown_value(key, packs, trace("a"), ENGLISH, None)
    assert packs.count == 4


def test_the_files_of_a_run_are_handed_to_gradio_for_cleaning():
    with gr.Blocks():
        owner = gr.HTML()
    one = shown_value("one", Packs(), trace("a", 3), ENGLISH, owner)
    other = shown_value("other", lambda made, text: {"vit": Packs()(made, text)}, trace("a", 5), ENGLISH, owner)
    files = {str(file(one)), str(file(other["vit"]))}
    assert len(files) == 2
    assert files <= owner.temp_files


def test_a_dtype_that_the_page_does_not_read_is_told():
    with pytest.raises(ValueError, match="number: the page reads"):
        pack({"number": np.zeros(3, np.float16)})
