"""What preprocessor_config.json says of an image classifier's pictures: only what the lab reads, checked, then done.

The model's own processor of transformers gives what the file leaves out. torch is imported where it is used.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from models import hub
from models.errors import InputError

if TYPE_CHECKING:
    import torch

KINDS = (
    *("ViTImageProcessor", "DeiTImageProcessor", "ConvNextImageProcessor", "BitImageProcessor", "BeitImageProcessor"),
    *("CLIPImageProcessor", "LevitImageProcessor", "MobileViTImageProcessor", "PoolFormerImageProcessor"),
    *("PerceiverImageProcessor", "SegformerImageProcessor", "SiglipImageProcessor"),
)
"""Image processors that do no more than to resize, crop, rescale, normalise and turn the order of colours around."""
MAX_SIDE = 1024
"""Pixels a side that a model may ask for."""
RESAMPLE = {0: "nearest-exact", 1: "lanczos", 2: "bilinear", 3: "bicubic"}
"""Filters that resize, by Pillow's number, which the file uses, and by torchvision's name."""
LARGEST = 1e6
"""Of factors, means and deviations; the inverse is the smallest factor and deviation."""

Colours = tuple[float, float, float]
"""A number for red, green and blue."""


@dataclass(frozen=True)
class Processor:
    """How a model's pictures are prepared: resized, multiplied by a factor, normalised; red and blue may be exchanged.

    What is not done has a factor or deviation of 1 and a mean of 0.
    """

    size: Any
    """Pixels a side as the file gives them: a number, (rows, columns), or None; for models whose config names none."""
    resample: int
    factor: float
    image_mean: Colours
    image_std: Colours
    reversed_colours: bool
    """Whether the model gets blue, green, red; the mean and the deviation are of red, green, blue all the same."""

    def values(self, image: Image.Image, size: tuple[int, int]) -> "torch.Tensor":
        """The whole picture as the model gets it: (1, channel, row, column) of `size` (rows, columns)."""
        import torch
        from torchvision.transforms.v2 import InterpolationMode
        from torchvision.transforms.v2 import functional as F

        mode = InterpolationMode(RESAMPLE[self.resample])
        resized = F.resize(F.pil_to_tensor(image), list(size), mode, antialias=True)
        mean, std = torch.tensor(self.image_mean) / self.factor, torch.tensor(self.image_std) / self.factor
        pixels = F.normalize(resized.to(torch.float32), mean.tolist(), std.tolist())[None]
        return pixels.flip(1) if self.reversed_colours else pixels

    def picture(self, values: np.ndarray) -> np.ndarray:
        """uint8 RGB (row, column, channel) from what a model gets (channel, row, column): `values` undone."""
        pixels = values[::-1] if self.reversed_colours else values
        mean, std = (np.reshape(numbers, (3, 1, 1)) for numbers in (self.image_mean, self.image_std))
        return np.clip((pixels * std + mean) / self.factor, 0, 255).round().astype(np.uint8).transpose(1, 2, 0)


def read(reference: str, folder: Path, model_type: str) -> Processor:
    """The processor of an image classifier's folder. Raises InputError, each field with a sentence of its own.

    model_type: what transformers calls the model's family; its own processor is meant where the file names none.
    """
    given = hub.read_json(folder / hub.PROCESSOR)
    if not given:
        raise InputError("model.no_processor", reference=reference)
    settings = _Settings(reference, given, _kind(reference, given, model_type))
    if not settings.flag("do_resize"):
        raise settings.refusal("do_resize")
    normalised = settings.flag("do_normalize")
    return Processor(
        size=settings.size(),
        resample=settings.resample(),
        factor=settings.number("rescale_factor", 1 / LARGEST) if settings.flag("do_rescale") else 1.0,
        image_mean=settings.colours("image_mean", -LARGEST) if normalised else (0.0, 0.0, 0.0),
        image_std=settings.colours("image_std", 1 / LARGEST) if normalised else (1.0, 1.0, 1.0),
        reversed_colours=settings.flag("do_flip_channel_order"),
    )


def sides(size: Any) -> tuple[int, int]:
    """Rows and columns in pixels. Raises InputError unless they are one or two whole numbers from 1 to MAX_SIDE."""
    given = tuple(size) if isinstance(size, list | tuple) else (size, size)
    if len(given) != 2 or not all(type(side) is int and 1 <= side <= MAX_SIDE for side in given):
        raise InputError("model.size", size=shown(size), side=MAX_SIDE)
    return given[0], given[1]


def shown(value: Any) -> str:
    """A value of a stranger's file for a sentence: short."""
    text = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace").decode()
    return text if len(text) <= 60 else f"{text[:59]}…"


def _kind(reference: str, given: dict[str, Any], model_type: str) -> type:
    """The class that the file names, also by the name that it had in older versions of the library."""
    import transformers
    from transformers.models.auto import image_processing_auto as auto

    names = auto.IMAGE_PROCESSOR_MAPPING_NAMES  # pyright: ignore[reportPrivateImportUsage]
    own = names.get(model_type, {}).get("torchvision")
    named = given.get("image_processor_type") or given.get("feature_extractor_type") or own
    kind = re.sub("FeatureExtractor$", "ImageProcessor", re.sub("(Fast|Pil)$", "", str(named)))
    if kind not in KINDS:
        raise InputError("model.processor_kind", reference=reference, value=shown(named), known=", ".join(KINDS))
    return getattr(transformers, kind)


@dataclass(frozen=True)
class _Settings:
    """The fields of one file, over those of its class; each is checked when it is read."""

    reference: str
    given: dict[str, Any]
    kind: type

    def __getitem__(self, field: str) -> Any:
        return self.given.get(field, getattr(self.kind, field, None))

    def refusal(self, field: str, code: str = "", **details: object) -> InputError:
        """The error that names a field and what it says."""
        field_of = {"reference": self.reference, "field": field, "value": shown(self[field])}
        return InputError(f"model.processor_{code or field}", **field_of, **details)

    def flag(self, field: str) -> bool:
        """True or false; false for null, and where neither the file nor its class says anything."""
        value = self[field]
        if value is not None and not isinstance(value, bool):
            raise self.refusal(field, "flag")
        return bool(value)

    def number(self, field: str, minimum: float) -> float:
        """A number from `minimum` to LARGEST."""
        if not _is_number(self[field], minimum):
            raise self.refusal(field, "number", minimum=f"{minimum:g}", maximum=f"{LARGEST:g}")
        return float(self[field])

    def colours(self, field: str, minimum: float) -> Colours:
        """Three numbers up to LARGEST, or one for all three."""
        value = self[field]
        numbers = list(value) if isinstance(value, list | tuple) else [value] * 3
        if len(numbers) != 3 or not all(_is_number(number, minimum) for number in numbers):
            raise self.refusal(field, "colours", minimum=f"{minimum:g}", maximum=f"{LARGEST:g}")
        return float(numbers[0]), float(numbers[1]), float(numbers[2])

    def resample(self) -> int:
        """A filter of RESAMPLE."""
        value = self["resample"]
        if not _is_number(value, 0) or value not in RESAMPLE:
            known = ", ".join(f"{number} ({name})" for number, name in RESAMPLE.items())
            raise self.refusal("resample", known=known)
        return int(value)

    def size(self) -> Any:
        """What a model gets whose config names no size: the side that is cut from the middle, else the resized one."""
        field = "crop_size" if self.flag("do_center_crop") and self["crop_size"] else "size"
        size = self[field]
        return (
            size if not isinstance(size, dict) else size.get("shortest_edge") or (size.get("height"), size.get("width"))
        )


def _is_number(value: Any, minimum: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and minimum <= value <= LARGEST
