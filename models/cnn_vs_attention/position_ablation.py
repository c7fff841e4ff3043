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

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from models import families
from models.answer import probabilities
from models.checkpoint import OpenModel
from models.families import Output
from models.prepared import PreparedModel, prepare_models
from models.progress import NO_PROGRESS, Progress
from models.traces import PositionAblation, PositionAblationsTrace

POSITION_PARAMETERS = ("position_embeddings", "relative_position_bias_table")
"""What transformers calls the parameters that hold positions and nothing else."""


class Ablation(NamedTuple):
    """What a model makes of every variant of one photo, float32.

    variant is traces.VARIANTS; setting is traces.SETTINGS, or only its first where a model has no position parameters.
    """

    pixels: np.ndarray
    """(variant, channel, row, column), as the model saw them: normalised."""
    probability: np.ndarray
    """(setting, variant, label): class probabilities."""
    similarity: np.ndarray
    """(setting, variant): cosine of the feature that the head reads and that of the unchanged photo in the same
    setting. To be compared within one model: a ResNet's features are never negative, so neither are its cosines."""


def trace(
    photo: Image.Image,
    first_model: OpenModel,
    second_model: OpenModel,
    third_model: OpenModel,
    progress: Progress = NO_PROGRESS,
) -> PositionAblationsTrace:
    """What three models of families.CLASSIFIERS answer when parts of a photo move.

    Raises InputError when a model is too large or does not fit the lab's pictures.
    """
    columns = prepare_models(photo, (first_model, second_model, third_model))
    return PositionAblationsTrace(tuple(_trace_model(one, progress) for one in columns))


def _trace_model(prepared: PreparedModel, progress: Progress) -> PositionAblation:
    side = prepared.size[0]
    tile = tile_side(side, families.layers(prepared.model).patch_set(prepared.model))
    shift = tile * round(side / 4 / tile)
    found = ablate(
        prepared.model, prepared.pixels, tile, shift, seed=0, progress=progress, reference=prepared.reference
    )
    return PositionAblation(
        model=prepared.reference,
        labels=prepared.labels,
        tile=tile,
        shift=shift,
        pixels=np.stack([prepared.processor.picture(variant) for variant in found.pixels]),
        probability=found.probability,
        similarity=found.similarity,
    )


def tile_side(side: int, patch_size: int | None) -> int:
    """The side of the tiles of a picture of `side` pixels: a patch's, else about an eighth of it, and a divisor."""
    tile = patch_size or max(1, side // 8)
    while side % tile:
        tile -= 1
    return tile


def ablate(
    model: Any,
    pixels: torch.Tensor,
    tile: int,
    shift: int,
    seed: int,
    progress: Progress = NO_PROGRESS,
    reference: str = "",
) -> Ablation:
    """Show every variant of a photo to the model, all in one forward pass a setting.

    model: of families.CLASSIFIERS, in eval mode; during a pass its position parameters are exchanged, then put back.
    pixels: (1, channel, row, column), prepared, on the model's device. `variants` explains tile, shift and seed.
    reference: what the model was opened by. Raises ValueError as `variants` does, InputError as `probabilities` does,
    and whatever `progress` raises before a pass.
    """
    probability, similarity = [], []
    with torch.inference_mode():
        images = variants(pixels, tile, shift, seed)
        zeros = position_zeros(model)
        for replaced in [{}, zeros] if zeros else [{}]:
            progress.beat()
            feature, logits = forward_with(model, images, replaced)
            probability.append(probabilities(logits, model.config, reference))
            similarity.append(F.cosine_similarity(feature, feature[:1]))
        return Ablation(
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


def position_zeros(model: Any) -> dict[str, torch.Tensor]:
    """Zeros in the place of every position parameter, under its name in the model; nothing for a ResNet."""
    named = model.named_parameters()
    return {name: torch.zeros_like(value) for name, value in named if name.split(".")[-1] in POSITION_PARAMETERS}


class _Forward(nn.Module):
    """The walk and the head of a model's family as one module, whose parameters can be exchanged."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> Output:
        family = families.layers(self.model)
        return family.head(self.model, family.walk(self.model, images).states[-1])


def forward_with(model: Any, images: torch.Tensor, replaced: Mapping[str, torch.Tensor]) -> Output:
    """The feature (image, width) that the head reads and the logits (image, label).

    images: (image, channel, row, column). replaced: parameters of the model to compute with, by name.
    """
    named = {f"model.{name}": value for name, value in replaced.items()}
    return functional_call(_Forward(model), named, (images,))
