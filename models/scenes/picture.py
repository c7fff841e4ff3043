"""A picture as tokens: encoded, some of its codes swapped, and decoded again."""

from typing import Any

import numpy as np
import torch
from PIL import Image

from models.checkpoint import OpenModel
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.scenes.codes import PATCH
from models.traces import PictureCodesTrace

CODERS = ("PictureCodes",)
"""Architectures that are read here."""
NEAR = 6
"""Codes that are kept of each place."""
MIDDLE = 3
"""The row and column of a place that sees no border when it is decoded."""
Swap = tuple[int, int, int]
"""Row, column and the code that is put there."""


@torch.inference_mode()
def trace(
    photo: Image.Image, model: OpenModel, swaps: tuple[Swap, ...] = (), progress: Progress = NO_PROGRESS
) -> PictureCodesTrace:
    """A picture squashed to the autoencoder's side, its codes, and with the `swaps`, later ones over earlier.

    Raises InputError for a swap outside the grid or of a code that there is not, and where the model gives no numbers.
    """
    coder, side = model.model, model.model.config.image_size
    squashed = photo.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    picture = torch.from_numpy(np.array(squashed)).to(coder.device)
    vectors = coder.vectors(picture[None])
    if not vectors.isfinite().all():
        raise InputError("model.no_numbers", reference=model.reference)
    codes = coder.nearest(vectors)
    progress.beat()
    near = (vectors[0] @ coder.chosen(torch.arange(coder.config.n_code, device=coder.device)).T).topk(NEAR)
    swapped = codes.clone()
    for row, column, code in swaps:
        if not (0 <= row < codes.shape[1] and 0 <= column < codes.shape[2] and 0 <= code < coder.config.n_code):
            raise InputError("scenes.swap")
        swapped[0, row, column] = code
    decoded = coder.decode(codes)[0]
    error = (decoded.float() - picture.float()).square().mean().item() / 255**2
    return PictureCodesTrace(
        model=model.reference,
        picture=picture.cpu().numpy(),
        code=codes[0].cpu().numpy(),
        near=near.indices.cpu().numpy(),
        near_cosine=near.values.cpu().numpy(),
        decoded=decoded.cpu().numpy(),
        psnr=float(-10 * np.log10(max(error, 1e-10))),
        swapped_code=swapped[0].cpu().numpy(),
        swapped=coder.decode(swapped)[0].cpu().numpy(),
        sample=_samples(coder),
    )


def _samples(coder: Any) -> np.ndarray:
    """What each code looks like among its like (code, PATCH, PATCH, channel)."""
    places = coder.config.image_size // PATCH
    codes = torch.arange(coder.config.n_code, device=coder.device)[:, None, None].expand(-1, places, places)
    middle = slice(MIDDLE * PATCH, (MIDDLE + 1) * PATCH)
    return coder.decode(codes)[:, middle, middle].cpu().numpy()
