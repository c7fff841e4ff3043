"""A photo as a model sees it: squashed whole to the model's own size and normalised as its processor does; and back."""

from typing import Any

import numpy as np
import torch
from PIL import Image

from models.errors import InputError

MAX_SIDE = 1024


def prepare(image: Image.Image, processor: Any, config: Any) -> torch.Tensor:
    """Pixel values (1, channel, row, column) of the whole photo: nothing is cropped away.

    A model trained on pictures of `config.source_size` pixels gets a photo squashed to that side first, as its data
    were. A CNN's config names no size, but its processor does. Raises InputError when the model asks for more than
    1,024 pixels a side or for no size at all, or reads other pictures than coloured ones.
    """
    if (channels := getattr(config, "num_channels", 3)) != 3:
        raise InputError("model.channels", channels=channels)
    image = image.convert("RGB")
    if source := getattr(config, "source_size", None):
        image = image.resize(_sides(source), Image.Resampling.LANCZOS)
    if not hasattr(config, "image_size"):
        size = processor.size
        height, width = _sides(size.shortest_edge or (size.height, size.width))
        image = image.resize((width, height), Image.Resampling.BICUBIC)
        return processor(images=image, do_resize=False, do_center_crop=False, return_tensors="pt")["pixel_values"]
    height, width = _sides(config.image_size)
    size = {"height": height, "width": width}
    return processor(images=image, size=size, do_center_crop=False, return_tensors="pt")["pixel_values"]


def _sides(size: Any) -> tuple[int, int]:
    sides = tuple(size) if isinstance(size, list | tuple) else (size, size)
    if len(sides) != 2 or not all(isinstance(side, int) and 1 <= side <= MAX_SIDE for side in sides):
        raise InputError("model.size", size=str(size)[:40], side=MAX_SIDE)
    return sides[0], sides[1]


def denormalise(pixel_values: np.ndarray, processor: Any) -> np.ndarray:
    """uint8 (row, column, channel) from normalised (channel, row, column)."""
    mean, std = (
        np.broadcast_to(np.ravel(given), 3).reshape(3, 1, 1) if processor.do_normalize else plain
        for given, plain in ((processor.image_mean, 0.0), (processor.image_std, 1.0))
    )
    return np.clip((pixel_values * std + mean) * 255, 0, 255).round().astype(np.uint8).transpose(1, 2, 0)


def class_names(config: Any, count: int) -> tuple[str, ...]:
    """The names of a model's classes, or their numbers where its config has no name for them."""
    return tuple(config.id2label.get(index, str(index)) for index in range(count))
