"""mobilevit-imagenette: a MobileViT-XXS trained from scratch on Imagenette's 9,469 pictures.

What it does: the smallest of Mehta & Rastegari's three sizes, "MobileViT: Light-weight, General-purpose, and
Mobile-friendly Vision Transformer" (2022). Its three blocks have maps of 1/8, 1/16 and 1/32 of a picture's side, cut
into patches of 2x2, so a side must be a multiple of 64: the library would resize other maps.
Run: python -m models.mobilevit.train --data DIR [--answers DIR] (with stored answers of a teacher: models/teacher.py)
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass, field

import torch
from torch import nn
from transformers import MobileViTConfig, MobileViTForImageClassification

from models import classification, distillation

MUON_PARAMETERS = "transformer"


@dataclass(frozen=True)
class Recipe(classification.Recipe):
    """The shared recipe and the size of the network."""

    schedule: tuple[tuple[int, int], ...] = ((128, 24), (192, 2))
    image_size: int = 192
    adamw_lr: float = 3e-3
    widths: tuple[int, ...] = (16, 16, 24, 48, 64, 80, 320)
    """Channels of the stem, of the five stages and of the last map."""
    n_embd: tuple[int, ...] = (64, 80, 96)
    """Of the tokens of the three MobileViT blocks."""


@dataclass(frozen=True)
class Taught(Recipe):
    """The recipe of one that learns from a teacher's stored answers (models/distillation.py)."""

    schedule: tuple[tuple[int, int], ...] = ((128, 47), (192, 23))
    batch_size: int = 256
    cutmix: float = 0.5
    place_size: int = 32
    """Pixels a side that one place of the last map stands for."""
    lesson: distillation.Lesson = field(default_factory=distillation.Lesson)

    @property
    def width(self) -> int:
        """Channels of the last map."""
        return self.widths[-1]


RECIPE = Recipe()
TAUGHT = Taught()


def build(recipe: Recipe) -> MobileViTForImageClassification:
    """The model with fresh weights; its batch norms begin with a scale of 1, where the library's begin near 0."""
    config = MobileViTConfig(
        neck_hidden_sizes=list(recipe.widths),
        hidden_sizes=list(recipe.n_embd),
        expand_ratio=2.0,
        hidden_dropout_prob=0.0,
        classifier_dropout_prob=0.0,
        **classification.label_config(recipe.image_size),
    )
    model = MobileViTForImageClassification(config)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out")
    return model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


if __name__ == "__main__":
    distillation.main("mobilevit-imagenette", build, RECIPE, TAUGHT, MUON_PARAMETERS, __doc__)
