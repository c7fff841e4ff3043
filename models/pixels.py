"""A photo as a model sees it: squashed whole to the model's own size and normalised as its processor does; and back."""

from typing import Any

import torch
from PIL import Image

from models.errors import InputError
from models.processor import Processor, sides


def prepare(image: Image.Image, processor: Processor, config: Any) -> torch.Tensor:
    """Pixel values (1, channel, row, column) of the whole photo: nothing is cropped away.

    A model trained on pictures of `config.source_size` pixels gets a photo squashed to that side first, as its data
    were. A CNN's config names no size, but its processor does. Raises InputError when the model asks for more than
    1,024 pixels a side or for no size at all.
    """
    image = image.convert("RGB")
    if source := getattr(config, "source_size", None):
        rows, columns = sides(source)
        image = image.resize((columns, rows), Image.Resampling.LANCZOS)
    return processor.values(image, sides(getattr(config, "image_size", processor.size)))


def refuse_uneven_patches(size: tuple[int, int], patch_size: int, reference: str) -> None:
    """Raise InputError where patches leave something over of a picture of `size` (rows, columns) in pixels."""
    if any(side % patch_size for side in size):
        raise InputError("model.patches", reference=reference, size=f"{size[0]}×{size[1]}", patch=patch_size)
