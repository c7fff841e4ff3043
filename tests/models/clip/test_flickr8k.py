"""Photos and captions of made files; a photo, with all that is said of it, is in one split."""

import gzip
import io

import numpy as np
import pytest
from PIL import Image

from models.clip import flickr8k

SPLITS = ("train", "train", "val", "test", "rest")
GREYS = (10, 60, 110, 160, 210)


@pytest.fixture
def folder(tmp_path):
    """Five grey photos with two captions in each language."""
    files = []
    for grey in GREYS:
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8), (grey,) * 3).save(buffer, "JPEG", quality=100)
        files.append(buffer.getvalue())
    offsets = np.cumsum([0] + [len(file) for file in files])
    raw = np.frombuffer(b"".join(files), np.uint8)
    np.savez(tmp_path / flickr8k.PHOTOS, data=raw, offsets=offsets, split=np.array(SPLITS))
    rows = [
        f"{at}\t{language}\t{language} {at} {n}" for at in range(5) for language in ("en", "zh", "de") for n in (0, 1)
    ]
    with gzip.open(tmp_path / flickr8k.CAPTIONS, "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    return tmp_path


def test_photos_are_read_as_they_are(folder):
    found = flickr8k.photos(folder)
    assert found.shape == (5, 3, 8, 8)
    assert [round(photo.float().mean().item()) for photo in found] == list(GREYS)


def test_captions_belong_to_their_photo(folder):
    found = flickr8k.captions(folder)
    assert found["train"].photo == (0, 1)
    assert found["test"].photo == (3,)
    assert found["train"].texts["zh"][1] == ("zh 1 0", "zh 1 1")


def test_no_photo_and_no_caption_is_in_two_splits(folder):
    found = flickr8k.captions(folder)
    numbers = [number for part in found.values() for number in part.photo]
    assert len(set(numbers)) == len(numbers) == 4
    said = [one for part in found.values() for texts in part.texts["en"] for one in texts]
    assert len(set(said)) == len(said) == 8
