"""The one safe way in for pictures."""

import hashlib
import warnings
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import gradio as gr
import numpy as np
from gradio.helpers import Examples
from gradio.utils import get_upload_folder
from PIL import Image, ImageOps

from lab.inputs.kinds import Choice, Code, Input, Tick
from lab.inputs.png import picture_alone
from lab.room import holds
from lab.text import Text
from models.errors import InputError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
MAX_PIXELS = 24_000_000
MAX_JPEG_PIXELS = 64_000_000
"""JPEG may be larger, because it is decoded at a fraction of its size."""
MAX_BYTES = 40_000_000
"""Of a file."""
MIN_SIDE = 16
MAX_SIDE = 1024
MAX_ASPECT = 20
ROUNDING = 0.002
"""By which decimal greys may lie outside 0 to 1: half of the smallest step between two greys of 8 bits."""
SAMPLE_FORMAT, SIGNED = 339, 2
"""TIFF's tag for the kind of its numbers, and whole numbers with a sign."""
OWN = "own-"
"""Before the digest of a visitor's photo: a link names it and does not hold it."""
DIGEST = "digest"
"""Where an opened picture's `info` holds its digest."""


def open_photo(path: str | Path) -> Image.Image:
    """The picture as upright RGB of at most 1024 pixels a side; the first frame of an animation.

    Transparent parts become white, 16-bit greys keep their range, and decimal greys go from 0 (black) to 1 (white).
    Raises InputError when the file is no picture, is cut off, too small, too large or too narrow, or when what its
    numbers mean is not known. A JPEG without its end marker counts as cut off: what is missing would be grey.
    """
    try:
        return _decoded(path)
    except InputError as error:
        rest = picture_alone(path) if error.code == "photo.unreadable" else None
        if not rest:
            raise
        return _decoded(rest)


def _decoded(file: str | Path | BinaryIO) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(file, formats=FORMATS)
        _check_size(picture)
        if SIGNED in getattr(picture, "tag_v2", {}).get(SAMPLE_FORMAT, ()):
            raise InputError("photo.whole_numbers")
        picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
        picture.load()
        picture = _to_rgb(_upright(picture))
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise _huge() from error
    except Exception as error:
        raise InputError("photo.unreadable") from error
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
    if not spec or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(spec.submodule_search_locations[0]) / file


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    limit = MAX_JPEG_PIXELS if picture.format in ("JPEG", "MPO") else MAX_PIXELS
    if width * height > limit:
        raise _huge()
    if min(width, height) < MIN_SIDE:
        raise InputError("photo.small", width=width, height=height, side=MIN_SIDE)
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise InputError("photo.narrow", width=width, height=height, aspect=MAX_ASPECT)


def _huge() -> InputError:
    return InputError("photo.huge", megapixels=MAX_PIXELS // 10**6, jpeg=MAX_JPEG_PIXELS // 10**6)


def _upright(picture: Image.Image) -> Image.Image:
    """The picture turned as its EXIF says; as it is where that cannot be read, for EXIF is optional."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        return picture


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        picture = Image.fromarray(_grey(picture))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def _grey(picture: Image.Image) -> np.ndarray:
    """Greys of more than 8 bits as uint8 (row, column), by the range of their mode; what is transparent is white.

    Raises InputError for 32-bit whole numbers, which have no usual range, and for decimal ones that are undefined or
    outside 0 to 1.
    """
    values = np.asarray(picture, dtype=np.float64)
    if picture.mode == "I":
        raise InputError("photo.whole_numbers")
    if picture.mode == "F":
        if not np.isfinite(values).all():
            raise InputError("photo.no_numbers")
        if not (values >= -ROUNDING).all() or not (values <= 1 + ROUNDING).all():
            raise InputError("photo.decimals", low=f"{values.min():g}", high=f"{values.max():g}")
        return np.clip(values * 255, 0, 255).round().astype(np.uint8)
    values[values == picture.info.get("transparency")] = 65535
    return (values / 257).round().astype(np.uint8)


@dataclass(frozen=True, kw_only=True, eq=False)
class Photo(Input):
    """A photo: uploaded, taken or pasted here, or one of the examples; `default` is the name of an example."""

    default: str = "temple"
    own: ClassVar[bool] = True
    form: ClassVar[str] = "photo"
    bad: ClassVar[tuple[Any, ...]] = (
        None,
        [],
        {},
        "x",
        3,
        {"path": None},
        {"path": "/etc/hostname"},
        {"path": "app.py"},
        {"path": ["a"]},
        {"path": "data:image/png;base64,AAAA"},
        {"url": "http://127.0.0.1/a.png"},
        {"example": "none of these"},
    )

    def component(self, text: Text, exhibit: str) -> gr.Image:
        return gr.Image(
            str(example(self.default)),
            type="filepath",
            sources=["upload", "webcam", "clipboard"],
            label=text(f"{exhibit}.input.{self.name}"),
            height=220,
            interactive=True,
            show_label=False,
            placeholder=text("photo.drop"),
        )

    def examples(self, text: Text, component: gr.Image) -> Examples:
        """Thumbnails that fill the component when they are clicked."""
        files = [[str(example(name))] for name in EXAMPLES]
        return gr.Examples(files, component, label=text("photo.examples"), api_visibility="private")

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": [*EXAMPLES]}

    def checked(self, sent: Any) -> Image.Image:
        if sent is None:
            raise InputError("photo.missing")
        if isinstance(sent, str) and sent in EXAMPLES:
            return opened_example(sent)
        file = uploaded(sent.get("path") if isinstance(sent, dict) else None)
        return opened(file, file.stat().st_mtime_ns)

    def kept(self, sent: Any) -> Any:
        return {"path": sent.get("path")} if isinstance(sent, dict) else sent

    def key(self, value: Image.Image) -> str:
        return value.info[DIGEST]

    def written(self, asked: Any) -> str:
        if isinstance(asked, str):
            return asked
        own = self.key(self.checked(asked))
        return example_names().get(own) or f"{OWN}{own[:16]}"

    def read(self, text: Any) -> Any:
        """An example's name, or the file that the visitor's browser has kept and uploaded again."""
        return text

    def shown(self, sent: Any) -> Any:
        return str(example(sent)) if isinstance(sent, str) else sent["path"]

    def code(self, asked: Any) -> Code:
        if isinstance(asked, str):
            return _example_code(asked)
        return Code('open_photo("photo.jpg")', ("from lab.inputs.photo import open_photo",), "photo.own_code")


@dataclass(frozen=True, kw_only=True, eq=False)
class ExamplePhotos(Tick):
    """Whether to measure on the example photos as well; the computation gets them, or none."""

    def checked(self, sent: Any) -> tuple[Image.Image, ...]:
        return tuple(self.photos()) if super().checked(sent) else ()

    @staticmethod
    @lru_cache(maxsize=1)
    def photos() -> list[Image.Image]:
        """The example photos."""
        return [open_photo(example(name)) for name in EXAMPLES]

    def key(self, value: tuple[Image.Image, ...]) -> str:
        return str(len(value))

    def code(self, asked: Any) -> Code:
        if not self.checked(asked):
            return Code("()")
        every = "tuple(open_photo(example(name)) for name in EXAMPLES)"
        return Code(every, ("from lab.inputs.photo import EXAMPLES, example, open_photo",))


NO_PHOTO = "none"


@dataclass(frozen=True, kw_only=True, eq=False)
class ExamplePhoto(Choice):
    """One of the example photos, or none."""

    default: str = NO_PHOTO
    values: tuple[str, ...] = (NO_PHOTO, *EXAMPLES)

    def checked(self, sent: Any) -> Image.Image | None:
        name = super().checked(sent)
        return None if name == NO_PHOTO else opened_example(name)

    def key(self, value: Image.Image | None) -> str:
        return value.info[DIGEST] if value else NO_PHOTO

    def code(self, asked: Any) -> Code:
        return Code("None") if asked == NO_PHOTO else _example_code(asked)


@lru_cache(maxsize=16)
def opened(file: Path, changed: int) -> Image.Image:  # noqa: ARG001 (part of the key)
    """`open_photo` of a file that has not changed since `changed`, with its digest; an exhibit's runs share it."""
    picture = open_photo(file)
    picture.info = {DIGEST: digest(picture)}
    return picture


def opened_example(name: str) -> Image.Image:
    """`opened` of an example photo."""
    file = example(name)
    return opened(file, file.stat().st_mtime_ns)


def _example_code(name: str) -> Code:
    return Code(f"open_photo(example({name!r}))", ("from lab.inputs.photo import example, open_photo",))


def digest(picture: Image.Image) -> str:
    """Equal for pictures of equal size and pixels."""
    return hashlib.sha256(repr(picture.size).encode() + picture.tobytes()).hexdigest()


@lru_cache(maxsize=1)
def example_names() -> dict[str, str]:
    """The name of each example photo by its digest: it stays what it is when a page sends its file."""
    return {digest(open_photo(example(name))): name for name in EXAMPLES}


def uploaded(path: Any) -> Path:
    """The file that a visitor has uploaded here. Raises InputError for any other."""
    if not holds(get_upload_folder(), path):
        raise InputError("photo.not_uploaded")
    return Path(path).resolve()
