"""What the frozen part of the image tower makes of every photo, computed once: each epoch of a training reads it."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as image_ops

from models.clip.image_tower import SIDE

NORMED = (
    *(("convolution", "batchnorm"), ("expand_conv", "expand_bn"), ("depthwise_conv", "depthwise_norm")),
    *(("project_conv", "project_bn"), ("top_conv", "top_bn")),
)
"""Convolutions and the batch norms after them, by their names in a module."""
BATCH, CHUNK = 4, 50
"""Photos at a time, and maps: more do not fit into a CPU's cache."""


def fused(tower: Any) -> Any:
    """An EfficientNetModel equal to this one, but faster: norms are in the convolutions, open gates left out."""
    fast = copy.deepcopy(tower)
    for module in fast.modules():
        for convolution, norm in NORMED:
            if isinstance(getattr(module, norm, None), nn.BatchNorm2d):
                setattr(module, convolution, fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm)))
                setattr(module, norm, nn.Identity())
        if hasattr(module, "squeeze_excite"):
            module.squeeze_excite = nn.Identity()
    return fast.to(memory_format=torch.channels_last)


View = Callable[[torch.Tensor], torch.Tensor]
"""What the tower is shown of photos, uint8 (photo, 3, row, column): (photo, 3, SIDE, SIDE)."""


def whole(photos: torch.Tensor) -> torch.Tensor:
    """The whole frame, as the lab shows a visitor's photo."""
    return image_ops.resize(photos, [SIDE, SIDE], InterpolationMode.BICUBIC, antialias=True)


def mirrored(photos: torch.Tensor) -> torch.Tensor:
    """The whole frame, left and right exchanged."""
    return whole(photos).flip(-1)


def cropped(photos: torch.Tensor) -> torch.Tensor:
    """Of each photo a part drawn at random, at least half its area, every second one mirrored."""
    draw = v2.RandomResizedCrop(SIDE, (0.5, 1.0), interpolation=InterpolationMode.BICUBIC, antialias=True)
    mirror = v2.RandomHorizontalFlip()
    return torch.stack([mirror(draw(photo)) for photo in photos])


def prepared(photos: torch.Tensor, view: View = whole) -> Iterator[torch.Tensor]:
    """Photos, uint8 (photo, 3, row, column), as the tower reads them, a few at a time."""
    for some in photos.split(BATCH):
        yield (view(some).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def maps(frozen: nn.Module, photos: torch.Tensor, view: View = whole, seed: int = 0) -> torch.Tensor:
    """What the frozen half makes of photos, uint8 (photo, 3, row, column): float16 (photo, channel, down, across).

    seed: of what a view draws.
    """
    torch.manual_seed(seed)
    return torch.cat([frozen(pixels).half() for pixels in prepared(photos, view)]).contiguous()


@torch.inference_mode()
def numbers(learned: nn.Module, maps: torch.Tensor) -> torch.Tensor:
    """What the other half makes of such maps: (photo, WIDTH)."""
    return torch.cat([learned(some.float()) for some in maps.split(CHUNK)])


@torch.inference_mode()
def places(tower: Any, photos: torch.Tensor, view: View = whole) -> torch.Tensor:
    """The tower's last map, float16 (photo, place, WIDTH), row by row: 49 places of a photo."""
    return torch.cat([as_places(tower(pixels).last_hidden_state).half() for pixels in prepared(photos, view)])


def as_places(maps: torch.Tensor) -> torch.Tensor:
    """A map (photo, n, row, column) as (photo, place, n), row by row."""
    return maps.flatten(2).transpose(1, 2)


def store(path: Path, compute: Callable[[], torch.Tensor]) -> torch.Tensor:
    """What is computed, read from a file if that is there already."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, compute().numpy())
        partial.rename(path)
    return torch.from_numpy(np.load(path))
