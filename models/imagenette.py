"""Imagenette v2 at 128 px: ten ImageNet classes, whole frames squashed to a square.

Source: https://github.com/fastai/imagenette (ImageNet terms: non-commercial research).
"""

import hashlib
import io
import tarfile
import urllib.request
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image

URL = "https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-160.tgz"
SIDE = 128
LABELS = {
    "n01440764": "tench",
    "n02102040": "English springer",
    "n02979186": "cassette player",
    "n03000684": "chain saw",
    "n03028079": "church",
    "n03394916": "French horn",
    "n03417042": "garbage truck",
    "n03425413": "gas pump",
    "n03445777": "golf ball",
    "n03888257": "parachute",
}
IMAGENET_INDEX = (0, 217, 482, 491, 497, 566, 569, 571, 574, 701)
"""Of these ten among the 1,000 classes of ImageNet-1k."""
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def path(folder: Path, split: str) -> Path:
    """The file of a split, "train" or "val"."""
    return folder / f"imagenette128_{split}.npz"


def download(folder: Path) -> None:
    """Fetch the set from its official address and pack it as `load` reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    if all(path(folder, split).exists() for split in ("train", "val")):
        return
    archive = folder / "imagenette2-160.tgz"
    if not archive.exists():
        partial = archive.with_suffix(".part")
        urllib.request.urlretrieve(URL, partial)
        partial.rename(archive)
    for split in ("train", "val"):
        pack(archive, split, path(folder, split))


def pack(archive: Path, split: str, target: Path) -> None:
    """Squash every picture of a split to 128x128 (Lanczos, JPEG quality 88) and save them with their labels."""
    wnids, files, labels = list(LABELS), [], []
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            parts = member.name.split("/")
            if not member.isfile() or len(parts) < 3 or parts[-3] != split or parts[-2] not in LABELS:
                continue
            content = tar.extractfile(member)
            assert content is not None
            picture = Image.open(content).convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=88)
            files.append(buffer.getvalue())
            labels.append(wnids.index(parts[-2]))
    offsets = np.cumsum([0] + [len(file) for file in files])
    np.savez(target, data=np.frombuffer(b"".join(files), np.uint8), offsets=offsets, labels=np.array(labels))


def load(folder: Path, split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures (image, channel, row, column) as uint8 and labels (image,) as int64."""
    file = np.load(path(folder, split))
    raw, offsets = file["data"].tobytes(), file["offsets"]
    pictures = [np.asarray(Image.open(io.BytesIO(raw[a:b]))) for a, b in pairwise(offsets)]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2), torch.from_numpy(file["labels"]).long()


def sha256(folder: Path) -> dict[str, str]:
    """The fingerprint of both files, for a recipe's record."""
    return {split: hashlib.sha256(path(folder, split).read_bytes()).hexdigest() for split in ("train", "val")}
