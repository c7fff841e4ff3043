"""A checkpoint of the lab's own that is damaged: named, its file too; the log has the SHA-256 of both."""

import json
import shutil

import pytest

from lab.text import LANGUAGES, Text
from models import checkpoint, shipped
from models.errors import InputError
from models.graph import recorded
from models.shipped import CHECKPOINTS, SUMS, digest
from models.vit import pooling

NAME, WEIGHTS = "resnet-imagenette", "model.safetensors"


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of two checkpoints, from which the lab opens them, with the list of all."""
    for name in (NAME, pooling.NAME):
        shutil.copytree(CHECKPOINTS / name, tmp_path / name)
    shutil.copy(CHECKPOINTS / SUMS, tmp_path)
    monkeypatch.setattr(checkpoint, "BUNDLED", tmp_path)
    checkpoint.forget()
    yield tmp_path
    checkpoint.forget()


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "one bit": flip,
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("file", [WEIGHTS, "config.json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_named_and_the_log_has_both_hashes(copied, caplog, damage, file):
    assert checkpoint.open_as_shipped(NAME)
    expected = digest(copied / NAME / file)
    DAMAGES[damage](copied / NAME / file)
    with pytest.raises(InputError) as caught:
        checkpoint.open_model(NAME, (), "image")
    assert caught.value.code == "model.damaged"
    for language in LANGUAGES:
        sentence = Text(language).error(caught.value)
        assert NAME in sentence and file in sentence
    found = digest(copied / NAME / file) or "that of no file"
    assert f"checkpoints/{NAME}/{file}" in caplog.text and expected in caplog.text and found in caplog.text
    assert "git checkout" in caplog.text


def test_what_is_read_beside_the_models_is_looked_at_too(copied, monkeypatch):
    flip(copied / pooling.NAME / "heads.safetensors")
    vit = checkpoint.OpenModel("vit-imagenette", None, None)
    with pytest.raises(InputError) as caught:
        pooling.trace(vit, None)  # pyright: ignore[reportArgumentType] - it does not come to the photo
    assert caught.value.details == {"reference": pooling.NAME, "file": "heads.safetensors"}
    monkeypatch.setattr(recorded, "BUNDLED", copied)
    with pytest.raises(InputError) as caught:
        recorded.read()
    assert (caught.value.code, caught.value.details["reference"]) == ("model.damaged", "cora"), (
        "of which nothing is here"
    )


def test_a_file_is_looked_at_once_until_it_changes(copied, monkeypatch):
    looked = []
    monkeypatch.setattr(shipped, "digest", lambda path: looked.append(path.name) or digest(path))
    for _ in range(3):
        shipped.whole(copied / NAME)
    assert len(looked) == len(set(looked)) > 2
    (copied / NAME / "config.json").touch()
    shipped.whole(copied / NAME)
    assert len(looked) == 2 * len(set(looked))


def test_the_list_is_that_of_the_checkpoints():
    """python -m models.shipped writes it anew."""
    assert (CHECKPOINTS / SUMS).read_text(encoding="utf-8") == shipped.listed(shipped.sums(CHECKPOINTS))


def test_what_somebody_trains_on_their_own_is_not_looked_at(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "config.json").write_text(json.dumps({}))
    assert shipped.whole(tmp_path / "own") == tmp_path / "own"
