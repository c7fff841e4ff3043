"""resnet-imagenette: a ResNet-18 of half its width trained from scratch on Imagenette's 9,469 pictures.

What it does: plain residual layers of 3x3 convolutions at 96, then 128 px, in memory format channels-last, by AdamW.
The finished model reads pictures at 160 px: training crops enlarge what they show, so that a larger picture shows
things in the size that it learned (Touvron et al. 2019, "Fixing the train-test resolution discrepancy").
Run: python -m models.resnet.train --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass

import torch
from transformers import ResNetConfig, ResNetForImageClassification

from models import classification

MUON_PARAMETERS = None


@dataclass(frozen=True)
class Recipe(classification.Recipe):
    """The shared recipe and the size of the network."""

    schedule: tuple[tuple[int, int], ...] = ((96, 18), (128, 24))
    image_size: int = 160
    adamw_lr: float = 3e-3
    widths: tuple[int, ...] = (32, 64, 128, 256)
    """Channels of each stage."""
    depths: tuple[int, ...] = (2, 2, 2, 2)
    """Residual layers of each stage."""


RECIPE = Recipe()


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
    classification.main("resnet-imagenette", build, RECIPE, MUON_PARAMETERS, __doc__)
