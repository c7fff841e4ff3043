"""vit-imagenette: a ViT-Ti/16 trained from scratch on Imagenette's 9,469 pictures.

What it does: pictures grow from 96 px (36 patches) over 128 px to 224 px (196 patches); the position embeddings are
those of 224 px throughout, interpolated for the smaller sizes.
Run: python -m models.vit.train --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass

from transformers import ViTConfig, ViTForImageClassification

from models import classification

HIDDEN = "layers"


@dataclass(frozen=True)
class Recipe(classification.Recipe):
    """The shared recipe and the size of the network."""

    schedule: tuple[tuple[int, int], ...] = ((96, 14), (128, 12), (224, 2))
    image_size: int = 224
    patch_size: int = 16
    n_embd: int = 192
    n_layer: int = 12
    n_head: int = 3


RECIPE = Recipe()


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


if __name__ == "__main__":
    classification.main("vit-imagenette", build, RECIPE, HIDDEN, __doc__)
