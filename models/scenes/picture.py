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
BATCH = 256
"""Pictures that are encoded at once."""
GREY = 128
"""Of what is not known."""
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
    used, sample = training_patches(coder)
    found = _encoded(picture, codes, swapped)
    return PictureCodesTrace(
        model=codes.reference,
        picture=picture.cpu().numpy(),
        used=used,
        sample=sample,
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


@lru_cache(maxsize=1)
def training_patches(coder: Any) -> tuple[np.ndarray, np.ndarray]:
    """How many scenes of the training part have each code (code,), and the mean of all patches that have it: bytes
    (code, PATCH, PATCH, channel), grey for a code that none has."""
    size, own = coder.config.n_code, pictures(parts()["train"])
    used, count = (torch.zeros(size, dtype=torch.long, device=coder.device) for _ in range(2))
    total = torch.zeros(size, PATCH * PATCH * 3, device=coder.device)
    for some in own.split(BATCH):
        codes = encode(coder, some).flatten(1)
        has = torch.zeros(len(some), size, dtype=torch.bool, device=coder.device).scatter(1, codes, True)
        used += has.sum(0)
        count += torch.bincount(codes.flatten(), minlength=size)
        total.index_add_(0, codes.flatten(), _patches(some.to(coder.device)))
    mean = (total / count.clamp(min=1)[:, None]).round()
    mean[count == 0] = GREY
    return used.cpu().numpy(), mean.to(torch.uint8).view(size, PATCH, PATCH, 3).cpu().numpy()


def _patches(shown: torch.Tensor) -> torch.Tensor:
    """The patches (patch, pixel and channel) of pictures (picture, side, side, 3), row by row."""
    squares = shown.unfold(1, PATCH, PATCH).unfold(2, PATCH, PATCH)  # picture, row, column, channel, y, x
    return squares.permute(0, 1, 2, 4, 5, 3).flatten(3).flatten(0, 2).float()
