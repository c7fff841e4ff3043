"""resnet-imagenette: a ResNet-18 of half its width trained from scratch on Imagenette's 9,469 pictures.

What it does: plain residual layers of 3x3 convolutions, in memory format channels-last, by AdamW: by the labels at 96,
then 128 px, or by a teacher's answers at 128 px.
The finished model reads pictures at 160 px: training crops enlarge what they show, so that a larger picture shows
things in the size that it learned (Touvron et al. 2019, "Fixing the train-test resolution discrepancy").
Run: python -m models.resnet.train --data DIR [--answers DIR] (with the stored answers of a teacher, models/teacher.py)
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass, field

import torch
from transformers import ResNetConfig, ResNetForImageClassification

from models import classification, distillation

MUON_PARAMETERS = None


@dataclass(frozen=True)
class Recipe(classification.Recipe):
    """The shared recipe and the size of the network."""

    schedule: tuple[tuple[int, int], ...] = ((96, 18), (128, 24))
    image_size: int = 160
    muon_lr: float = 0.0
    """No Muon: its hidden weights are kernels, not matrices."""
    adamw_lr: float = 3e-3
    widths: tuple[int, ...] = (32, 64, 128, 256)
    """Channels of each stage."""
    depths: tuple[int, ...] = (2, 2, 2, 2)
    """Residual layers of each stage."""


@dataclass(frozen=True)
class Taught(Recipe):
    """The recipe of one that learns from a teacher's stored answers (models/distillation.py)."""

    schedule: tuple[tuple[int, int], ...] = ((128, 200),)
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


def build(recipe: Recipe) -> ResNetForImageClassification:
    """The model with fresh weights."""
    model = ResNetForImageClassification(
        ResNetConfig(
            embedding_size=recipe.widths[0],
            hidden_sizes=list(recipe.widths),
            depths=list(recipe.depths),
            layer_type="basic",
            **classification.label_config(recipe.image_size),
        )
    )
    return model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


if __name__ == "__main__":
    distillation.main("resnet-imagenette", build, RECIPE, TAUGHT, MUON_PARAMETERS, __doc__)
