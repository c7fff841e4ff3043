"""An open image classifier and a photo as it sees it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image

from models import families
from models.answer import class_names, probabilities
from models.checkpoint import OpenModel
from models.device import device
from models.errors import InputError
from models.pixels import prepare, refuse_uneven_patches
from models.processor import Processor


class PreparedModel(NamedTuple):
    """An open model of families.CLASSIFIERS and a photo as it sees it."""

    reference: str
    model: Any
    processor: Processor
    pixels: torch.Tensor
    """(1, channel, row, column), resized and normalised, on the model's device."""

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the pixels."""
        return self.pixels.shape[-2], self.pixels.shape[-1]

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the model's classes."""
        return class_names(self.model.config)

    def picture(self) -> np.ndarray:
        """The photo as the model sees it, before normalisation: uint8 (row, column, channel)."""
        return self.processor.picture(self.pixels[0].cpu().numpy())

    def probability(self) -> np.ndarray:
        """Class probabilities of the photo: (label,). Raises InputError as `probabilities` does."""
        with torch.inference_mode():
            logits = self.model(self.pixels).logits[0]
            return probabilities(logits, self.model.config, self.reference).cpu().numpy()


def prepare_model(photo: Image.Image, opened: OpenModel) -> PreparedModel:
    """Prepare a photo for a model. Raises InputError when the model is too large or does not fit the lab's pictures."""
    model = opened.model
    pixels = prepare(photo, opened.reader, model.config).to(device())
    prepared = PreparedModel(opened.reference, model, opened.reader, pixels)
    families.layers(model).check(model, prepared.size, opened.reference)
    return prepared


def prepare_models(photo: Image.Image, opened: Sequence[OpenModel]) -> list[PreparedModel]:
    """Prepare a photo for several models that read square pictures.

    Raises InputError as `prepare_model` does, and for a model that reads pictures of another shape, or cuts them into
    patches that leave something over.
    """
    prepared = [prepare_model(photo, one) for one in opened]
    for one in prepared:
        if one.size[0] != one.size[1]:
            raise InputError("model.square", reference=one.reference, size=f"{one.size[0]}×{one.size[1]}")
        refuse_uneven_patches(one.size, families.layers(one.model).patch_set(one.model) or 1, one.reference)
    return prepared
