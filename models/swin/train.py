"""swin-imagenette: a small Swin trained from scratch on Imagenette's 9,469 pictures.

What it does: Swin-T's depths at a third of its width, which two cores can train in an hour; 128 px, patches of 4 px,
windows of 4x4 tokens: maps of 32, 16, 8 and 4 tokens a side, all multiples of the window (the library pads others with
unmasked tokens, and breaks on a map smaller than the window).
Run: python -m models.swin.train --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass

from transformers import SwinConfig, SwinForImageClassification

from models import classification

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


RECIPE = Recipe()


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
    classification.main("swin-imagenette", build, RECIPE, MUON_PARAMETERS, __doc__)
