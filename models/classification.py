"""What the recipes of image classifiers on Imagenette share: batches, the loop, accuracy, the files of a checkpoint."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, RandomSampler, TensorDataset
from torchvision.transforms import v2
from torchvision.transforms.functional import to_pil_image

from models import imagenette, predictions, training
from models.checkpoint import open_model
from models.device import device
from models.families import SWIN, VIT
from models.pixels import prepare

Dataset = tuple[torch.Tensor, torch.Tensor]
"""uint8 pictures (image, channel, row, column) and labels (image,)."""
SPOILT_EVERY = 10
SPOILT: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "grey": v2.Grayscale(3),
    "blurred": v2.GaussianBlur(9, 2.0),
}
"""What is done to every tenth validation picture of 128 pixels to see whether a model bears it: no colour, or a
Gaussian blur of 2 pixels."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the architecture and the data."""

    seed: int = 1
    schedule: tuple[tuple[int, int], ...] = ((128, 30),)
    """(pixels a side, epochs), in order."""
    image_size: int = 128
    """Pixels a side of the shipped model."""
    batch_size: int = 128
    muon_lr: float = 0.02
    adamw_lr: float = 1.5e-3
    weight_decay: float = 0.05
    warmup: float = 0.05
    label_smoothing: float = 0.1
    crop_scale: float = 0.3
    cutmix: float = 0.3

    @property
    def sizes(self) -> list[int]:
        """Pixels a side, epoch by epoch."""
        return [size for size, epochs in self.schedule for _ in range(epochs)]


def label_config(image_size: int) -> dict[str, Any]:
    """What every classifier's config says of Imagenette: its labels, the shipped and the source's pixels a side."""
    labels = list(imagenette.LABELS.values())
    return {
        "image_size": image_size,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: index for index, label in enumerate(labels)},
        "source_size": imagenette.SIDE,
    }


def loader(dataset: Dataset, recipe: Recipe, size: int, steps: int | None = None) -> DataLoader:
    """Shuffled, augmented batches of (pixels, target probabilities): all pictures once.

    With `steps`, that many batches, however few the pictures: one shuffle of them all after another.
    """
    augment = v2.Compose(
        [
            v2.RandomResizedCrop(size, scale=(recipe.crop_scale, 1), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.TrivialAugmentWide(),
        ]
    )
    normalize = v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize(imagenette.MEAN, imagenette.STD)])
    n_label = len(imagenette.LABELS)
    cutmix = v2.CutMix(num_classes=n_label)

    def collate(rows: list[tuple[torch.Tensor, torch.Tensor]]) -> tuple[torch.Tensor, torch.Tensor]:
        pixels = normalize(torch.stack([augment(image) for image, _ in rows]))
        target = torch.stack([label for _, label in rows])
        if torch.rand(()) < recipe.cutmix:
            return cutmix(pixels, target)
        return pixels, F.one_hot(target, n_label).float()

    workers = 12 if device().type == "cuda" else 0
    return DataLoader(
        TensorDataset(*dataset),
        recipe.batch_size,
        sampler=RandomSampler(dataset[1], num_samples=steps and steps * recipe.batch_size),
        drop_last=True,
        collate_fn=collate,
        num_workers=workers,
    )


def autocast() -> torch.autocast:
    """bfloat16 on a GPU, float32 on a CPU."""
    return torch.autocast(device().type, torch.bfloat16, enabled=training.computes_bfloat16(device()))


def logits(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Scores (image, label); models with positions interpolate them to the size of the pictures."""
    options = {"interpolate_pos_encoding": True} if type(model).__name__ in (*VIT, *SWIN) else {}
    return model(pixels, **options).logits


@torch.no_grad()
def accuracy(model: Any, dataset: Dataset, size: int, batch_size: int = 128) -> float:
    """Share of pictures whose most probable class is right, at `size` pixels, without augmentation."""
    prepared = v2.Compose(
        [
            v2.Resize((size, size), antialias=True),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(imagenette.MEAN, imagenette.STD),
        ]
    )
    images, labels = dataset
    right = 0
    for pixels, target in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        with autocast():
            answers = logits(model, prepared(pixels.to(device()))).argmax(-1)
        right += int((answers.cpu() == target).sum())
    return round(right / len(labels), 4)


@torch.no_grad()
def answers_of(folder: Path, family: str, images: torch.Tensor) -> torch.Tensor:
    """The most probable class of each picture (image,) to a saved checkpoint as the lab runs it: a visitor's way in.

    images: uint8 (image, channel, row, column). It computes in float32.
    """
    _, model, processor = open_model(str(folder), (family,), "image")
    found = []
    for batch in images.split(64):
        pixels = [prepare(to_pil_image(image), processor, model.config) for image in batch]
        found.append(model(torch.cat(pixels).to(device())).logits.argmax(-1).cpu())
    return torch.cat(found)


def evaluate(folder: Path, family: str, dataset: Dataset) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """How often a saved checkpoint is right, and what it said, of which `follows` makes the same figures again.

    On all of a set, and on every tenth picture of it spoilt in each of the ways of SPOILT.
    """
    images, labels = dataset
    told = {"answer": answers_of(folder, family, images), "label": labels}
    told |= {name: answers_of(folder, family, spoil(images[::SPOILT_EVERY])) for name, spoil in SPOILT.items()}
    said = {name: one.numpy().astype(np.uint8) for name, one in told.items()}
    return follows(said), said


def follows(said: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The share of all pictures that were right, and of every tenth as it is and spoilt.

    said: the answer to each picture and its label (image,), and the answers to every tenth, by the names of SPOILT.
    """
    right = said["answer"] == said["label"]
    spoilt = {name: said[name] == said["label"][::SPOILT_EVERY] for name in SPOILT}
    shares = {"val": right, "tenth": right[::SPOILT_EVERY], **spoilt}
    return {f"{name}_accuracy": round(float(share.mean()), 4) for name, share in shares.items()}


def train(
    build: Callable[..., Any],
    recipe: Recipe,
    hidden: str | None,
    train_set: Dataset,
    val_set: Dataset,
    state: Path,
    steps: int | None = None,
) -> tuple[Any, list[dict]]:
    """Train build(recipe) to the end, resuming from `state`; returns the model and its history.

    hidden: part of the names of the weight matrices that Muon trains. steps: of an epoch, instead of all pictures
    once; then the accuracy is measured after the last epoch only.
    """
    where = device()
    training.seed_everything(recipe.seed)
    model = build(recipe).to(where)
    optimizers = training.optimizers(
        model,
        hidden=hidden,
        muon={"lr": recipe.muon_lr, "weight_decay": recipe.weight_decay},
        adamw={"lr": recipe.adamw_lr, "weight_decay": recipe.weight_decay},
    )
    sizes = recipe.sizes

    def loss(batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        pixels, target = (part.to(where) for part in batch)
        with autocast():
            answers = logits(model, pixels)
        return F.cross_entropy(answers.float(), target, label_smoothing=recipe.label_smoothing)

    def evaluate(epoch: int) -> dict:
        judged = not steps or epoch + 1 == len(sizes)
        reached = {"val_accuracy": accuracy(model, val_set, sizes[epoch])} if judged else {}
        return {"size": sizes[epoch], **reached}

    history = training.fit(
        model,
        optimizers,
        len(sizes),
        batches=lambda epoch: loader(train_set, recipe, sizes[epoch], steps),
        loss=loss,
        factor=lambda progress: training.warmup_cosine(progress, recipe.warmup),
        evaluate=evaluate,
        state=state,
        seed=recipe.seed,
    )
    return model, history


def save(model: Any, recipe: Recipe, history: list[dict], folder: Path) -> None:
    """Write the checkpoint as transformers opens it: weights, config, preprocessor settings, history."""
    training.save_float16(model, folder)
    training.write_json(
        folder / "preprocessor_config.json",
        {
            "image_processor_type": "ViTImageProcessor",
            "do_resize": True,
            "size": {"height": recipe.image_size, "width": recipe.image_size},
            "resample": 2,
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": imagenette.MEAN,
            "image_std": imagenette.STD,
        },
    )
    training.write_json(folder / "history.json", history)


def run(build: Callable[..., Any], recipe: Recipe, hidden: str | None, arguments: argparse.Namespace) -> None:
    """Train by the labels alone as a command line asks, then write what `finish` writes."""
    train_set, val_set = imagenette.load(arguments.data, "train"), imagenette.load(arguments.data, "val")
    model, history = train(build, recipe, hidden, train_set, val_set, arguments.state)
    finish(model, recipe, history, val_set, arguments)


def command_line(name: str, recipe: Any, description: str | None) -> argparse.ArgumentParser:
    """What every recipe's command line takes: data, out and state."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with imagenette128_{train,val}.npz; without it: download")
    parser.add_argument("--out", type=Path, default=Path("checkpoints") / name)
    parser.add_argument("--state", type=Path, default=training.state_path(name, recipe))
    return parser


def read(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The command line's arguments; the data are there afterwards, and the state's folder is."""
    arguments = parser.parse_args()
    if arguments.data is None:
        arguments.data = Path("data")
        imagenette.download(arguments.data)
    arguments.state.parent.mkdir(parents=True, exist_ok=True)
    return arguments


def start(name: str, recipe: Any, description: str | None) -> argparse.Namespace:
    """Read the command line of a recipe that takes nothing else."""
    return read(command_line(name, recipe, description))


def finish(model: Any, recipe: Any, history: list[dict], val_set: Dataset, arguments: argparse.Namespace) -> None:
    """Write weights, settings, history.json and recipe.json, with the accuracy of what was written."""
    save(model, recipe, history, arguments.out)
    figures, said = evaluate(arguments.out, type(model).__name__, val_set)
    predictions.write(arguments.out, said)
    training.write_json(
        arguments.out / "recipe.json",
        {
            "recipe": asdict(recipe),
            "data": imagenette.sha256(arguments.data),
            "device": training.machine(),
            "torch": torch.__version__,
            "hours": round(sum(row["seconds"] for row in history) / 3600, 2),
            **figures,
        },
    )
