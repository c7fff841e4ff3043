"""The chunks of a PNG file that make its picture: what else a file holds may be of any size, and damaged."""

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""Size, palette, transparency, pixels and the end."""


def picture_alone(path: str | Path) -> BytesIO | None:
    """A PNG file without text, profiles, dates and the like; None where the file is no PNG, or none can be read."""
    try:
        with Path(path).open("rb") as file:
            if file.read(len(SIGNATURE)) == SIGNATURE:
                return BytesIO(SIGNATURE + b"".join(_chunks(file)))
    except OSError:
        pass
    return None


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """The chunks of a picture, each with its length and its checksum, as far as the file goes."""
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind in PICTURE:
            yield head + file.read(length + 4)
        else:
            file.seek(length + 4, 1)
