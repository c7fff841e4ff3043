"""A picture as tokens: the grid of its codes, what each looks like, and what comes of other ones."""

from typing import TypedDict

import numpy as np

from lab.format import number
from lab.text import Text
from lab.views.image_text.scenes import listed
from lab.views.payload import Payload, rounded
from models.traces import PictureCodesTrace


class TokensMeta(TypedDict):
    """Codes by place, row by row; near has those whose vectors lie nearest, the place's own first."""

    code: list[int]
    swapped: list[int]
    near: list[list[int]]
    near_cosine: list[list[float | None]]
    used: list[int]
    """By code: how many of the `scenes` that models train on have it."""
    scenes: int
    psnr: float


def payload(trace: PictureCodesTrace, text: Text) -> Payload:
    """Pictures (row, column, channel): as the autoencoder sees it, decoded, and decoded after the swaps; and what each
    code looks like, sample (code, row, column, channel)."""
    ranks = trace.near.shape[-1]
    meta: TokensMeta = {
        "code": trace.code.ravel().tolist(),
        "swapped": trace.swapped_code.ravel().tolist(),
        "near": trace.near.reshape(-1, ranks).tolist(),
        "near_cosine": [rounded(row, 4) for row in trace.near_cosine.reshape(-1, ranks)],
        "used": trace.used.tolist(),
        "scenes": trace.scenes,
        "psnr": round(trace.psnr, 2),
    }
    pictures = {"picture": trace.picture, "decoded": trace.decoded, "swapped_picture": trace.swapped}
    return Payload(meta, pictures | {"sample": trace.sample})


def claim(trace: PictureCodesTrace, text: Text) -> str:
    """How little the codes hold, how well they are decoded, and how far a swap reaches."""
    codes, counts = np.unique(trace.code, return_counts=True)
    bits = trace.code.size * np.log2(len(trace.used))
    said = text(
        "image_text.view.tokens.claim",
        places=trace.code.size,
        count=len(trace.used),
        bits=number(float(bits)),
        bytes=number(trace.picture.size),
        psnr=number(trace.psnr, 1),
        different=len(codes),
        most=int(counts.max()),
        code=int(codes[counts.argmax()]),
    )
    drawn = text("image_text.view.tokens.drawn", things=listed(trace.drawn, text)) if trace.drawn else ""
    swapped = int((trace.swapped_code != trace.code).sum())
    reach = text("image_text.view.tokens.swapped", count=swapped, places=_changed(trace)) if swapped else ""
    return text.sentences(said, drawn, reach)


def _changed(trace: PictureCodesTrace) -> int:
    """Places whose pixels the swaps changed."""
    rows, columns = trace.code.shape
    differs = (trace.swapped != trace.decoded).any(-1)
    return int(differs.reshape(rows, differs.shape[0] // rows, columns, -1).any((1, 3)).sum())
