"""A picture as tokens: encoded, some of its codes swapped, and decoded again."""

from functools import lru_cache
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image

from models.checkpoint import OpenModel
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.scenes import reading
from models.scenes.asked import read, words
from models.scenes.captions import tokenizer
from models.scenes.codes import PATCH
from models.scenes.train_codes import encode, pictures
from models.scenes.world import Scene, draw, parts
from models.traces import PictureCodesTrace

NEAR = 6
"""Codes that are kept of each place."""
MIDDLE = 3
"""The row and column of a place that sees no border when it is decoded."""
Swap = tuple[int, int]
"""A place and the code that is put there."""


def trace(
    caption: str,
    photo: Image.Image,
    codes: OpenModel,
    pictured: Literal["scene", "photo"] = "scene",
    swapped: tuple[Swap, ...] = (),
    progress: Progress = NO_PROGRESS,
) -> PictureCodesTrace:
    """The codes of a caption's drawing, or of a photo squashed to the same side; and with `swapped` in their places.

    Raises InputError for a caption that means no scene, a swap outside the grid or of a code that there is not, and
    where the model gives no numbers.
    """
    coder, drawn = codes.model, _drawn(caption, codes) if pictured == "scene" else None
    side = coder.config.image_size
    squashed = photo.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    picture = torch.tensor(draw(drawn) if drawn else np.asarray(squashed), device=coder.device)
    progress.beat()
    found = _encoded(picture, codes, swapped)
    return PictureCodesTrace(
        model=codes.reference,
        picture=picture.cpu().numpy(),
        sample=samples(coder),
        used=uses(coder),
        scenes=len(parts()["train"]),
        drawn=reading.listed(drawn.placed()) if drawn else (),
        **found,
    )


def _drawn(caption: str, codes: OpenModel) -> Scene:
    """The scene of a caption. Raises InputError where its words do not say one."""
    asked = read(words(tokenizer(codes.model.config.n_code), caption))
    if asked is None:
        raise InputError("scenes.unclear")
    return asked.scene()


@torch.inference_mode()
def _encoded(picture: torch.Tensor, model: OpenModel, swaps: tuple[Swap, ...]) -> dict[str, Any]:
    """What a trace says of a picture (side, side, 3) and its swaps."""
    coder = model.model
    vectors = coder.vectors(picture[None])
    if not vectors.isfinite().all():
        raise InputError("model.no_numbers", reference=model.reference)
    own = coder.nearest(vectors)
    near = (vectors[0] @ coder.chosen(torch.arange(coder.config.n_code, device=coder.device)).T).topk(NEAR)
    swapped = own.clone()
    for place, code in swaps:
        if not (0 <= place < own.numel() and 0 <= code < coder.config.n_code):
            raise InputError("scenes.put")
        swapped.view(-1)[place] = code
    decoded = coder.decode(own)[0]
    error = (decoded.float() - picture.float()).square().mean().item() / 255**2
    return {
        "code": own[0].cpu().numpy(),
        "near": near.indices.cpu().numpy(),
        "near_cosine": near.values.cpu().numpy(),
        "decoded": decoded.cpu().numpy(),
        "psnr": float(-10 * np.log10(max(error, 1e-10))),
        "swapped_code": swapped[0].cpu().numpy(),
        "swapped": coder.decode(swapped)[0].cpu().numpy(),
    }


@torch.inference_mode()
def samples(coder: Any) -> np.ndarray:
    """What each code looks like among its like (code, PATCH, PATCH, channel)."""
    places = coder.config.image_size // PATCH
    codes = torch.arange(coder.config.n_code, device=coder.device)[:, None, None].expand(-1, places, places)
    middle = slice(MIDDLE * PATCH, (MIDDLE + 1) * PATCH)
    return coder.decode(codes)[:, middle, middle].cpu().numpy()


@lru_cache(maxsize=1)
def uses(coder: Any) -> np.ndarray:
    """How many scenes of the training part have each code (code,)."""
    codes = encode(coder, pictures(parts()["train"])).flatten(1)
    found = torch.zeros(len(codes), coder.config.n_code, dtype=torch.bool, device=codes.device)
    return found.scatter(1, codes, True).sum(0).cpu().numpy()
