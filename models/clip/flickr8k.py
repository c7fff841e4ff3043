"""Flickr8k: photos of people and dogs, each with five captions in English and five in Chinese, written by people.

Source: the file of captions is that of Li et al. 2016 (github.com/li-xirong/flickr8kcn); non-commercial research. The
photos belong to those who took them: they are read to train and to test, and no photo leaves the machine.
"""

import gzip
import hashlib
import io
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image

PHOTOS, CAPTIONS = "flickr8k128.npz", "flickr8k_captions.tsv.gz"
LANGUAGES = ("en", "zh")
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Captions:
    """Which photos a split has, by number, and what people wrote of each, by language: texts[language][place]."""

    photo: tuple[int, ...]
    texts: dict[str, tuple[tuple[str, ...], ...]]


def photos(folder: Path) -> torch.Tensor:
    """All photos, uint8 (photo, 3, row, column), 128 pixels a side."""
    with np.load(folder / PHOTOS, allow_pickle=False) as file:
        raw, offsets = file["data"].tobytes(), file["offsets"]
    found = [np.asarray(Image.open(io.BytesIO(raw[a:b])).convert("RGB")) for a, b in pairwise(offsets)]
    return torch.from_numpy(np.stack(found)).permute(0, 3, 1, 2)


def captions(folder: Path) -> dict[str, Captions]:
    """The captions by split; each photo, with all that is said of it, is in one split."""
    with np.load(folder / PHOTOS, allow_pickle=False) as file:
        split = file["split"].tolist()
    said: dict[tuple[int, str], list[str]] = defaultdict(list)
    with gzip.open(folder / CAPTIONS, "rt", encoding="utf-8") as file:
        for line in file:
            number, language, text = line.rstrip("\n").split("\t")
            said[int(number), language].append(text)
    found = {}
    for name in SPLITS:
        numbers = tuple(number for number, of in enumerate(split) if of == name)
        texts = {language: tuple(tuple(said[number, language]) for number in numbers) for language in LANGUAGES}
        found[name] = Captions(numbers, texts)
    return found


def sha256(folder: Path) -> dict[str, str]:
    """The fingerprint of both files, for a recipe's record."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (PHOTOS, CAPTIONS)}
