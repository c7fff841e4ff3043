"""vit-imagenette: a ViT-Ti/16 trained from scratch on Imagenette's 9,469 pictures, by labels or by a teacher.

What it does: by labels alone, pictures grow from 96 px (36 patches) over 128 px to 224 px (196 patches); the position
embeddings are those of 224 px throughout, interpolated for the smaller sizes. With --answers it learns at 224 px what
a convolutional teacher says of random crops and of the places in them (models/teacher.py).
Run: python -m models.vit.train --data DIR [--answers DIR]
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import ViTConfig, ViTForImageClassification

from models import classification, distillation
from models.device import device

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
    """The recipe of a ViT that learns from a teacher's stored answers: for a GPU."""

    schedule: tuple[tuple[int, int], ...] = ((224, 80),)
    batch_size: int = 256
    cutmix: float = 0.5
    lesson: distillation.Lesson = field(default_factory=distillation.Lesson)

    @property
    def place_size(self) -> int:
        """Pixels a side of what is taught by itself: a patch."""
        return self.patch_size

    @property
    def width(self) -> int:
        """Channels of a token."""
        return self.n_embd


RECIPE = Recipe()
TAUGHT = Taught()


def build(recipe: Recipe) -> ViTForImageClassification:
    """The model with fresh weights; on a CPU eager attention, since a step with the fused kernel takes longer there."""
    return ViTForImageClassification(
        ViTConfig(
            hidden_size=recipe.n_embd,
            num_hidden_layers=recipe.n_layer,
            num_attention_heads=recipe.n_head,
            intermediate_size=4 * recipe.n_embd,
            patch_size=recipe.patch_size,
            attn_implementation="eager" if device().type == "cpu" else "sdpa",  # pyright: ignore[reportCallIssue]
            **classification.label_config(recipe.image_size),
        )
    )


class Student(distillation.Student):
    """One whose places are its patches, and which answers from CLS."""

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (image, label) and those of the patches in reading order (image, patch, label + 1).

        pixels: (image, 3, row, column).
        """
        tokens = self.model.vit(pixels, interpolate_pos_encoding=True).last_hidden_state
        return self.model.classifier(tokens[:, 0]), self.places(tokens[:, 1:])


def ablation(**lesson: Any) -> Taught:
    """The recipe cut short, at 128 px, with another lesson."""
    return Taught(schedule=((128, 30),), lesson=distillation.Lesson(**lesson))


ABLATIONS = {
    "none": ablation(soft=0.0, places=0.0),
    "hard": ablation(hard=True, places=0.0),
    "soft": ablation(places=0.0),
    "places": ablation(),
}
"""What is compared on the held-out tenth of the training pictures."""


if __name__ == "__main__":
    distillation.main(NAME, build, RECIPE, TAUGHT, MUON_PARAMETERS, __doc__, Student, ABLATIONS)
