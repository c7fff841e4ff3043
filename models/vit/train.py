"""vit-imagenette: a ViT-Ti/16 trained from scratch on Imagenette's 9,469 pictures.

What it does: most epochs at 128 px (64 patches), the last ones at 224 px (196 patches); the position embeddings are
those of 224 px throughout, interpolated for the small size.
Run: python -m models.vit.train --data DIR --out checkpoints/vit-imagenette
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from torchvision.transforms import v2
from transformers import ViTConfig, ViTForImageClassification

from models import imagenette, training
from models.device import device

Dataset = tuple[torch.Tensor, torch.Tensor]
"""uint8 pictures (image, channel, row, column) and labels (image,)."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data."""

    seed: int = 1
    epochs: int = 40
    epochs_at_full_size: int = 3
    small_size: int = 128
    image_size: int = 224
    patch_size: int = 16
    n_embd: int = 192
    n_layer: int = 12
    n_head: int = 3
    batch_size: int = 64
    muon_lr: float = 0.01
    adamw_lr: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.05
    label_smoothing: float = 0.1
    crop_scale: float = 0.3
    jitter: float = 0.3
    cutmix: float = 0.3


RECIPE = Recipe()


def build(recipe: Recipe) -> Any:
    """The model with fresh weights."""
    labels = list(imagenette.LABELS.values())
    config = ViTConfig(
        hidden_size=recipe.n_embd,
        num_hidden_layers=recipe.n_layer,
        num_attention_heads=recipe.n_head,
        intermediate_size=4 * recipe.n_embd,
        image_size=recipe.image_size,
        patch_size=recipe.patch_size,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    config.source_size = imagenette.SIDE  # pyright: ignore[reportAttributeAccessIssue]
    return ViTForImageClassification(config)


def loader(dataset: Dataset, recipe: Recipe, size: int) -> DataLoader:
    """Shuffled, augmented batches of (pixels, target probabilities)."""
    augment = v2.Compose(
        [
            v2.RandomResizedCrop(size, scale=(recipe.crop_scale, 1), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.ColorJitter(recipe.jitter, recipe.jitter, recipe.jitter),
        ]
    )
    normalize = v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize(imagenette.MEAN, imagenette.STD)])
    n_label = len(imagenette.LABELS)
    cutmix = v2.CutMix(num_classes=n_label)

    def collate(rows):
        pixels = normalize(torch.stack([augment(image) for image, _ in rows]))
        target = torch.stack([label for _, label in rows])
        if torch.rand(()) < recipe.cutmix:
            return cutmix(pixels, target)
        return pixels, F.one_hot(target, n_label).float()

    workers = 12 if device().type == "cuda" else 0
    return DataLoader(
        TensorDataset(*dataset),
        recipe.batch_size,
        shuffle=True,
        drop_last=True,
        collate_fn=collate,
        num_workers=workers,
    )


@torch.no_grad()
def accuracy(model, dataset: Dataset, size: int, batch_size: int = 128) -> float:
    """Share of pictures whose most probable class is right, at `size` pixels, without augmentation."""
    prepare = v2.Compose(
        [
            v2.Resize((size, size), antialias=True),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(imagenette.MEAN, imagenette.STD),
        ]
    )
    images, labels = dataset
    right = 0
    for pixels, target in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        logits = model(prepare(pixels).to(device()), interpolate_pos_encoding=True).logits
        right += int((logits.argmax(-1).cpu() == target).sum())
    return right / len(labels)


def train(recipe: Recipe, train_set: Dataset, val_set: Dataset, state: Path) -> tuple[Any, list[dict]]:
    """Train to the end, resuming from `state`; returns the model and its history."""
    where = device()
    training.seed_everything(recipe.seed)
    model = build(recipe).to(where)
    optimizers = training.optimizers(
        model,
        hidden="layers",
        muon={"lr": recipe.muon_lr, "weight_decay": recipe.weight_decay},
        adamw={"lr": recipe.adamw_lr, "weight_decay": recipe.weight_decay},
    )

    def size(epoch: int) -> int:
        full = epoch >= recipe.epochs - recipe.epochs_at_full_size
        return recipe.image_size if full else recipe.small_size

    def loss(batch):
        pixels, target = (part.to(where) for part in batch)
        with torch.autocast(where.type, torch.bfloat16):
            logits = model(pixels, interpolate_pos_encoding=True).logits
        return F.cross_entropy(logits.float(), target, label_smoothing=recipe.label_smoothing)

    history = training.fit(
        model,
        optimizers,
        recipe.epochs,
        batches=lambda epoch: loader(train_set, recipe, size(epoch)),
        loss=loss,
        factor=lambda progress: training.warmup_cosine(progress, recipe.warmup),
        evaluate=lambda epoch: {"size": size(epoch), "val_accuracy": round(accuracy(model, val_set, size(epoch)), 4)},
        state=state,
        seed=recipe.seed,
    )
    return model, history


def main() -> None:
    """Train, then write weights, preprocessor settings, recipe.json and history.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with imagenette128_{train,val}.npz; without it: download")
    parser.add_argument("--out", type=Path, default=Path("checkpoints/vit-imagenette"))
    parser.add_argument("--state", type=Path, default=Path("training/vit-imagenette.pt"))
    arguments = parser.parse_args()
    data = arguments.data or Path("data")
    if arguments.data is None:
        imagenette.download(data)
    arguments.state.parent.mkdir(parents=True, exist_ok=True)
    train_set, val_set = imagenette.load(data, "train"), imagenette.load(data, "val")
    model, history = train(RECIPE, train_set, val_set, arguments.state)
    save(model, RECIPE, history, arguments.out)
    training.write_json(
        arguments.out / "recipe.json",
        {
            "recipe": asdict(RECIPE),
            "data": imagenette.sha256(data),
            "device": str(device()),
            "torch": torch.__version__,
        },
    )


def save(model: ViTForImageClassification, recipe: Recipe, history: list[dict], folder: Path) -> None:
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


if __name__ == "__main__":
    main()
