"""The one safe way in for pictures."""

import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.utils import get_upload_folder
from PIL import Image, ImageOps

from lab.text import Text
from models.errors import InputError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
MAX_PIXELS = 24_000_000
MAX_JPEG_PIXELS = 64_000_000
"""JPEG may be larger, because it is decoded at a fraction of its size."""
MIN_SIDE = 16
MAX_SIDE = 1024
MAX_ASPECT = 20


def open_photo(path: str | Path) -> Image.Image:
    """The picture as upright RGB of at most 1024 pixels a side; the first frame of an animation.

    Transparent parts become white, 16-bit greys keep their range. Raises InputError when the file is no picture, is
    cut off, too small, too large or too narrow.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=FORMATS)
        _check_size(picture)
        picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
        picture.load()
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise InputError("photo.huge", megapixels=MAX_PIXELS // 10**6) from error
    except Exception as error:
        raise InputError("photo.unreadable") from error
    picture = _to_rgb(ImageOps.exif_transpose(picture))
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    return picture


EXAMPLES = {
    "temple": ("sklearn", "datasets/images/china.jpg"),
    "cat": ("skimage", "data/chelsea.png"),
    "astronaut": ("skimage", "data/astronaut.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
}
"""Openly licensed photos that come with scikit-image and scikit-learn; their credits are in the text file "photo"."""


def example(name: str) -> Path:
    """The file of an example photo, found without importing the package that brings it."""
    package, file = EXAMPLES[name]
    spec = find_spec(package)
    assert spec and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / file


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    limit = MAX_JPEG_PIXELS if picture.format in ("JPEG", "MPO") else MAX_PIXELS
    if width * height > limit:
        raise InputError("photo.huge", megapixels=limit // 10**6)
    if min(width, height) < MIN_SIDE:
        raise InputError("photo.small", width=width, height=height, side=MIN_SIDE)
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise InputError("photo.narrow", width=width, height=height, aspect=MAX_ASPECT)


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, dtype=np.float64)
        top = 65535 if values.max() > 255 else 255
        picture = Image.fromarray(np.clip(values / top * 255, 0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


class Photo(gr.Image):
    """An image input that opens only files uploaded here, and those only by `open_photo`."""

    def __init__(self, text: Text, **settings):
        super().__init__(
            type="pil",
            sources=["upload", "webcam", "clipboard"],
            interactive=True,
            show_label=False,
            placeholder=text("photo.drop"),
            **settings,
        )

    def get_block_name(self) -> str:
        return "image"

    def get_config(self, cls=None):
        return super().get_config(gr.Image)

    def preprocess(self, payload: Any) -> Any:
        """The visitor's picture, or the InputError that a run then raises (lab.wiring)."""
        if payload is None:
            return None
        try:
            return open_photo(self._uploaded(payload.path))
        except InputError as error:
            return error

    @staticmethod
    def _uploaded(path: str | None) -> Path:
        folder = Path(get_upload_folder()).resolve()
        file = Path(path or "").resolve()
        if not path or not file.is_relative_to(folder) or not file.is_file():
            raise InputError("photo.not_uploaded")
        return file
