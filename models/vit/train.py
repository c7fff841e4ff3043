"""vit-imagenette: a ViT-Ti/16 trained on Imagenette's 9,469 pictures, from scratch, then by a convolutional teacher.

What it does: pictures grow from 96 px (36 patches) over 128 px to 224 px (196 patches); the position embeddings are
those of 224 px throughout, interpolated for the smaller sizes. With --answers it goes on from such weights and learns
what a teacher says of random crops and of the places in them (models/teacher.py).
Run: python -m models.vit.train --data DIR [--answers DIR]
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

import hashlib
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import ViTConfig, ViTForImageClassification

from models import classification, distillation, imagenette, training
from models.checkpoint import open_model

NAME, MUON_PARAMETERS = "vit-imagenette", "layers"


@dataclass(frozen=True)
class Recipe(classification.Recipe):
    """The shared recipe and the size of the network."""

    schedule: tuple[tuple[int, int], ...] = ((96, 14), (128, 12), (224, 2))
    image_size: int = 224
    patch_size: int = 16
    n_embd: int = 192
    n_layer: int = 12
    n_head: int = 3


@dataclass(frozen=True)
class Taught(Recipe):
    """The recipe of a ViT that learns from a teacher's stored answers."""

    start: str = "b66e13d7e68deed6b2969ddc4d1b5724f502ce092293923b8fbd8240d23e5950"
    """sha256 of the weights to start from, which `Recipe()` has made; "" for fresh ones."""
    schedule: tuple[tuple[int, int], ...] = ((96, 24), (128, 36), (224, 5), (224, 2))
    keep: tuple[float, ...] = (1.0, 1.0, 0.5, 1.0)
    """Share of the patches, drawn anew each time, that each part of the schedule computes (Liu et al. 2022)."""
    muon_lr: float = 0.01
    cutmix: float = 0.5
    lesson: distillation.Lesson = field(default_factory=distillation.Lesson)

    @property
    def place_size(self) -> int:
        """Pixels a side of what is taught by itself: a patch."""
        return self.patch_size

    @property
    def keeps(self) -> list[float]:
        """Share of the patches, epoch by epoch."""
        return [keep for keep, (_, epochs) in zip(self.keep, self.schedule, strict=True) for _ in range(epochs)]


RECIPE = Recipe()
TAUGHT = Taught()


def build(recipe: Recipe) -> ViTForImageClassification:
    """The model with fresh weights.

    Eager attention: on a CPU the fused kernel makes a step in bfloat16 take 1.7 times as long.
    """
    return ViTForImageClassification(
        ViTConfig(
            hidden_size=recipe.n_embd,
            num_hidden_layers=recipe.n_layer,
            num_attention_heads=recipe.n_head,
            intermediate_size=4 * recipe.n_embd,
            patch_size=recipe.patch_size,
            attn_implementation="eager",  # pyright: ignore[reportCallIssue]
            **classification.label_config(recipe.image_size),
        )
    )


class Student(nn.Module):
    """The model and a linear map of its patches, which only training needs."""

    def __init__(self, model: ViTForImageClassification) -> None:
        super().__init__()
        self.model = model
        self.places = nn.Linear(model.config.hidden_size, len(imagenette.LABELS) + 1)

    def forward(self, pixels: torch.Tensor, keep: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Scores (image, label), of the computed patches (image, patch, label + 1), and their numbers (image, patch).

        pixels: (image, 3, row, column). keep: share of the patches, drawn for each picture, that are computed.
        """
        vit = self.model.vit
        tokens = vit.embeddings(pixels, interpolate_pos_encoding=True)
        n_patch = tokens.shape[1] - 1
        seen = torch.arange(n_patch, device=tokens.device).expand(len(tokens), -1)
        if keep < 1:
            seen = torch.rand(seen.shape, device=tokens.device).argsort(1)[:, : round(keep * n_patch)]
            index = seen[:, :, None].expand(-1, -1, tokens.shape[2])
            tokens = torch.cat([tokens[:, :1], tokens[:, 1:].gather(1, index)], 1)
        for layer in vit.layers:
            tokens = layer(tokens)
        tokens = vit.layernorm(tokens)
        return self.model.classifier(tokens[:, 0]), self.places(tokens[:, 1:]), seen


def student(recipe: Taught, start: Path) -> Student:
    """A student with fresh weights, or with those in the folder `start` that the recipe names.

    Raises ValueError when that folder has others.
    """
    if not recipe.start:
        return Student(build(recipe))
    if hashlib.sha256((start / "model.safetensors").read_bytes()).hexdigest() != recipe.start:
        raise ValueError(f"{start} does not hold the weights that this recipe starts from")
    return Student(deepcopy(open_model(str(start), ("ViTForImageClassification",), None).model))


def ablation(**lesson: Any) -> Taught:
    """The recipe cut short, from fresh weights, with another lesson."""
    return Taught(start="", muon_lr=0.02, schedule=((96, 10),), keep=(1.0,), lesson=distillation.Lesson(**lesson))


ABLATIONS = {
    "none": ablation(soft=0.0, places=0.0),
    "hard": ablation(hard=True, places=0.0),
    "soft": ablation(places=0.0),
    "places": ablation(),
}
"""What is compared on the held-out tenth of the training pictures."""


def main() -> None:
    """The command line: train and write the checkpoint; or compare one ablation on the held-out tenth."""
    parser = distillation.command_line(NAME, RECIPE, __doc__)
    parser.add_argument("--start", type=Path, default=Path("checkpoints") / NAME, help="weights to start from")
    parser.add_argument("--ablation", choices=ABLATIONS, help="with --answers: train this instead")
    arguments = classification.read(parser)
    if arguments.answers is None:
        classification.run(build, RECIPE, MUON_PARAMETERS, arguments)
        return
    train_set, val_set = imagenette.load(arguments.data, "train"), imagenette.load(arguments.data, "val")
    recipe = ABLATIONS[arguments.ablation] if arguments.ablation else TAUGHT
    if arguments.state == training.state_path(NAME, RECIPE):
        arguments.state = training.state_path(NAME, recipe)
    chosen, rest = distillation.held_out(train_set) if arguments.ablation else (None, None)
    judged_on = val_set if rest is None else (train_set[0][rest], train_set[1][rest])
    model, history = distillation.teach(
        lambda: student(recipe, arguments.start),
        recipe,
        MUON_PARAMETERS,
        train_set,
        arguments.answers,
        judged_on,
        arguments.state,
        chosen,
    )
    if not arguments.ablation:
        classification.finish(model, recipe, history, val_set, arguments)


if __name__ == "__main__":
    main()
