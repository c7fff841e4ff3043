"""Matrix: every photo against every sentence, which is what CLIP's training sees."""

from typing import TypedDict

import numpy as np

from lab.format import number
from lab.text import Text
from lab.views.payload import Payload
from models.traces import MatchTrace

SIDE = 96
"""Pixels that a small picture has at least, where the photo has as many."""


class MatrixMeta(TypedDict):
    """The sentences; `photo` is the number of the visitor's photo."""

    photo: int
    text: list[str]
    scale: float
    """Learned; 1 / temperature."""


def payload(trace: MatchTrace, text: Text) -> Payload:
    """thumb: (photo, row, column, channel); cosine: (photo, sentence)."""
    meta: MatrixMeta = {"photo": trace.chosen, "text": list(trace.text), "scale": trace.scale}
    return Payload(meta, {"thumb": smaller(trace.photo), "cosine": trace.cosine.astype(np.float32)})


def smaller(photos: np.ndarray) -> np.ndarray:
    """uint8 photos (photo, row, column, channel) with means of whole squares of pixels in place of the pixels."""
    count, rows, columns, channels = photos.shape
    by = max(1, min(rows, columns) // SIDE)
    cut = photos[:, : rows // by * by, : columns // by * by]
    squares = cut.reshape(count, rows // by, by, columns // by, by, channels)
    return squares.mean((2, 4)).round().astype(np.uint8)


def claim(trace: MatchTrace, text: Text) -> str:
    """How many photos find their sentence and the other way round, and the loss beside that of guessing."""
    photos, texts = trace.cosine.shape
    if photos != texts:
        return text("image_text.view.matrix.unpaired", photos=photos, texts=texts)
    own = np.arange(photos)
    return text(
        "image_text.view.matrix.claim",
        count=photos,
        photos=int((trace.cosine.argmax(1) == own).sum()),
        texts=int((trace.cosine.argmax(0) == own).sum()),
        loss=number(trace.loss, 2),
        chance=number(float(np.log(photos)), 2),
    )
