"""A photo as a model's own processor makes it, and back."""

import numpy as np
import torch
from PIL import Image


def prepare(image: Image.Image, processor, source_size: int | None) -> torch.Tensor:
    """Pixel values (1, channel, row, column) as the model's own processor makes them.

    A model trained on pictures of `source_size` pixels gets a photo squashed to that side first, as its data were.
    """
    image = image.convert("RGB")
    if source_size:
        image = image.resize((source_size, source_size), Image.Resampling.LANCZOS)
    return processor(images=image, return_tensors="pt")["pixel_values"]


def restore(pixel_values: np.ndarray, processor) -> np.ndarray:
    """uint8 (row, column, channel) from normalised (channel, row, column)."""
    mean = np.reshape(processor.image_mean, (3, 1, 1)) if processor.do_normalize else 0.0
    std = np.reshape(processor.image_std, (3, 1, 1)) if processor.do_normalize else 1.0
    return np.clip((pixel_values * std + mean) * 255, 0, 255).round().astype(np.uint8).transpose(1, 2, 0)
