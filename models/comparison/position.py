"""Position awareness: how much an image classifier's answer depends on where things are in the photo.

The photo is shown unchanged, with its tiles shuffled (Naseer et al. 2021, section 3.3), rolled and mirrored, to the
model as it is and to the model without its position parameters. These are set to zero after training: what changes
tells what this model relies on, not what one trained without positions would do. What each family still knows then:

- ViT and DeiT lose the position embeddings of all tokens. The answer is a function of the patches as a set, a "bag of
  patches" (Dosovitskiy et al. 2021, appendix D.4): any permutation of whole patches leaves it alone. Where a pixel is
  inside its patch still counts.
- Swin loses every relative position bias table (Liu et al. 2021, equation 4) and, where it has them, its absolute
  position embeddings. A block then attends to the tokens of one window, or of one region of a shifted window, as a
  set; but which tokens share it is fixed by their place, and patch merging reads each token of a 2 × 2 group by weights
  of its own. So the model is not permutation-invariant, unless it has one stage and one window over the whole map.
- A ResNet has no such parameters and is measured only as it is. Position enters by the order inside its kernels, by
  zero padding (Islam et al. 2020) and by the phase of its strides (Zhang 2019).
"""

from typing import NamedTuple

import numpy as np
import torch
from torch.func import functional_call
from torch.nn import functional as F

from models.progress import NO_PROGRESS, Progress

PARAMETERS = ("position_embeddings", "relative_position_bias_table")
"""What transformers calls the parameters that hold positions and nothing else."""


class Answers(NamedTuple):
    """Every variant of one photo through one model, float32.

    variant is traces.VARIANTS; setting is traces.SETTINGS, or only its first where a model has no position parameters.
    """

    pixels: np.ndarray
    """(variant, channel, row, column), as the model saw them: normalised."""
    probability: np.ndarray
    """(setting, variant, label): class probabilities."""
    similarity: np.ndarray
    """(setting, variant): cosine of the feature that the head reads and that of the unchanged photo in the same
    setting. To be compared within one model: a ResNet's features are never negative, so neither are its cosines."""


def measure(model, pixels: torch.Tensor, tile: int, shift: int, seed: int, progress: Progress = NO_PROGRESS) -> Answers:
    """Show every variant of a photo to the model, all in one forward pass a setting.

    model: of receptive_field.effective.FAMILIES, in eval mode. During a pass its position parameters are exchanged and
    then put back, so the caller holds `models.device.compute_lock`.
    pixels: (1, channel, row, column), prepared, on the model's device. `variants` explains tile, shift and seed.
    `progress` hears a beat before each pass. Raises ValueError as `variants` does, and whatever `progress` raises.
    """
    probability, similarity = [], []
    with torch.inference_mode():
        images = variants(pixels, tile, shift, seed)
        zeros = position_zeros(model)
        for replaced in [{}, zeros] if zeros else [{}]:
            progress.beat()
            feature, logits = answer(model, images, replaced)
            probability.append(logits.softmax(-1))
            similarity.append(F.cosine_similarity(feature, feature[:1]))
        return Answers(
            pixels=images.cpu().numpy(),
            probability=torch.stack(probability).cpu().numpy(),
            similarity=torch.stack(similarity).cpu().numpy(),
        )


def variants(pixels: torch.Tensor, tile: int, shift: int, seed: int) -> torch.Tensor:
    """The photo in every variant of traces.VARIANTS: (variant, channel, row, column).

    pixels: (1, channel, row, column). tile: side of a tile in pixels. shift: pixels down and to the right; what leaves
    the picture comes in again on the other side. seed: of the order of the tiles.
    Raises ValueError when tiles of this side do not fill the picture.
    """
    return torch.cat([pixels, shuffle(pixels, tile, seed), pixels.roll((shift, shift), (-2, -1)), pixels.flip(-1)])


def shuffle(pixels: torch.Tensor, tile: int, seed: int) -> torch.Tensor:
    """The same tiles of `tile` pixels a side at other places, some perhaps at their own: (1, channel, row, column).

    pixels: (1, channel, row, column). Raises ValueError when the tile's side does not divide both sides.
    """
    size = pixels.shape[-2:]
    if tile < 1 or size[0] % tile or size[1] % tile:
        raise ValueError(f"tiles of {tile} pixels do not fill {size[0]} × {size[1]}")
    tiles = F.unfold(pixels, tile, stride=tile)  # 1, C*tile*tile, T
    order = torch.randperm(tiles.shape[-1], generator=torch.Generator().manual_seed(seed))
    return F.fold(tiles[..., order.to(tiles.device)], size, tile, stride=tile)


def position_zeros(model) -> dict[str, torch.Tensor]:
    """Zeros in the place of every position parameter, under its name in `model.base_model`; nothing for a ResNet."""
    named = model.base_model.named_parameters()
    return {name: torch.zeros_like(value) for name, value in named if name.split(".")[-1] in PARAMETERS}


def answer(model, images: torch.Tensor, replaced: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """The feature (image, width) that the head reads and the logits (image, label).

    images: (image, channel, row, column). replaced: parameters of `model.base_model` to compute with, by name.
    The feature is after the final norm, where there is one: CLS of a ViT or DeiT, else the mean over the map.
    A DeiT with two heads answers with their mean; the feature of its distillation token is not returned.
    """
    output = functional_call(model.base_model, replaced, (images,))
    if model.base_model_prefix in ("resnet", "swin"):
        feature = output.pooler_output.flatten(1)  # B, D
        return feature, model.classifier(feature)
    state = output.last_hidden_state  # B, T, D
    feature = state[:, 0]
    if hasattr(model, "cls_classifier"):
        return feature, (model.cls_classifier(feature) + model.distillation_classifier(state[:, 1])) / 2
    return feature, model.classifier(feature)
