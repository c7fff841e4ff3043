"""swin-imagenette: a small Swin trained from scratch on Imagenette's 9,469 pictures.

What it does: Swin-T's depths at a third of its width, which two cores can train in an hour; 128 px, patches of 4 px,
windows of 4x4 tokens: maps of 32, 16, 8 and 4 tokens a side, all multiples of the window (the library pads others with
unmasked tokens, and breaks on a map smaller than the window).
Run: python -m models.swin.train --data DIR [--answers DIR] (with the stored answers of a teacher, models/teacher.py)
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass, field

from transformers import SwinConfig, SwinForImageClassification

from models import classification, distillation

MUON_PARAMETERS = "blocks"


@dataclass(frozen=True)
class Recipe(classification.Recipe):
    """The shared recipe and the size of the network."""

    schedule: tuple[tuple[int, int], ...] = ((128, 26),)
    image_size: int = 128
    patch_size: int = 4
    window_size: int = 4
    n_embd: int = 32
    depths: tuple[int, ...] = (2, 2, 6, 2)
    n_head: tuple[int, ...] = (2, 4, 8, 16)
    drop_path: float = 0.05


@dataclass(frozen=True)
class Taught(Recipe):
    """The recipe of one that learns from a teacher's stored answers (models/distillation.py)."""

    schedule: tuple[tuple[int, int], ...] = ((128, 70),)
    batch_size: int = 256
    cutmix: float = 0.5
    drop_path: float = 0.0
    place_size: int = 32
    """Pixels a side that one place of the last map stands for."""
    lesson: distillation.Lesson = field(default_factory=distillation.Lesson)

    @property
    def width(self) -> int:
        """Channels of the last map."""
        return self.n_embd * 2 ** (len(self.depths) - 1)


RECIPE = Recipe()
TAUGHT = Taught()


def build(recipe: Recipe) -> SwinForImageClassification:
    """The model with fresh weights."""
    return SwinForImageClassification(
        SwinConfig(
            patch_size=recipe.patch_size,
            window_size=recipe.window_size,
            embed_dim=recipe.n_embd,
            depths=list(recipe.depths),
            num_heads=list(recipe.n_head),
            drop_path_rate=recipe.drop_path,
            **classification.label_config(recipe.image_size),
        )
    )


if __name__ == "__main__":
    distillation.main("swin-imagenette", build, RECIPE, TAUGHT, MUON_PARAMETERS, __doc__)
