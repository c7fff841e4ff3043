"""The image tower's numbers of every photo, computed once: the tower does not learn, so each training reads these."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as image_ops

from models.clip.image_tower import SIDE

NORMED = (
    *(("convolution", "batchnorm"), ("expand_conv", "expand_bn"), ("depthwise_conv", "depthwise_norm")),
    *(("project_conv", "project_bn"), ("top_conv", "top_bn")),
)
"""Convolutions and the batch norms after them, by their names in a module."""
BATCH = 4
"""Photos at a time: more do not fit into a CPU's cache."""


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


@torch.inference_mode()
def numbers(tower: Any, photos: torch.Tensor) -> torch.Tensor:
    """What the tower makes of photos, uint8 (photo, 3, row, column): (photo, WIDTH), the mean over its last map."""
    return torch.cat([tower(pixels).pooler_output for pixels in _prepared(photos)])


@torch.inference_mode()
def places(tower: Any, photos: torch.Tensor) -> torch.Tensor:
    """Its last map itself, float16 (photo, place, WIDTH), row by row: 49 places of a photo."""
    return torch.cat([as_places(tower(pixels).last_hidden_state).half() for pixels in _prepared(photos)])


def as_places(maps: torch.Tensor) -> torch.Tensor:
    """A map (photo, n, row, column) as (photo, place, n), row by row."""
    return maps.flatten(2).transpose(1, 2)


def _prepared(photos: torch.Tensor) -> Iterator[torch.Tensor]:
    for some in photos.split(BATCH):
        enlarged = image_ops.resize(some, [SIDE, SIDE], InterpolationMode.BICUBIC, antialias=True)
        yield (enlarged.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def store(
    tower: Any, photos: torch.Tensor, path: Path, compute: Callable[[Any, torch.Tensor], torch.Tensor] = numbers
) -> torch.Tensor:
    """What `compute` makes of photos, unless the file has it already; read from the file when it is asked for."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        found = compute(tower, photos)
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, found.numpy())
        partial.rename(path)
    return torch.from_numpy(np.load(path, mmap_mode="c"))
