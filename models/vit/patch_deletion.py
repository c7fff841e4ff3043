"""Which order of the patches finds what an answer rests on: deletion and insertion (Petsiuk et al. 2018)."""

from typing import Any

import numpy as np
import torch
from PIL import Image

from models.answer import probabilities
from models.checkpoint import OpenModel
from models.prepared import PreparedModel, prepare_model
from models.progress import NO_PROGRESS, Progress
from models.traces import PATCH_ORDERS, PatchDeletionTrace
from models.vit import layers
from models.vit.relevance import attended, relevance

STEPS = 10
"""The patches are removed or kept tenth by tenth."""
SEEDS = (0, 1, 2)
"""Each makes two random orders: one that is drawn, and the same backwards, for which the same pictures are computed,
because what one removes is what the other keeps."""
PASS_PIXELS = 2**18
"""Pixels of all pictures that share one forward pass; a larger picture has its own."""


def trace(vit: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> PatchDeletionTrace:
    """What a model of families.VIT answers when patches of a photo are removed or kept, the most important first.

    Raises InputError when the model does not fit the lab's pictures, when its attention has more values than the lab
    keeps, or when it gives no numbers, and whatever `progress` raises between two passes.
    """
    prepared = prepare_model(photo, vit)
    label = int(prepared.probability().argmax())
    found = importance(prepared.model, prepared.pixels, label)
    ordered = [np.argsort(-found[name], kind="stable") for name in PATCH_ORDERS]
    patches = len(ordered[0])
    drawn = [np.random.default_rng(seed).permutation(patches) for seed in SEEDS]
    count = np.unique(np.round(np.linspace(0, patches, STEPS + 1)).astype(np.int64))
    kept = kept_patches(np.stack([*ordered, *drawn, *(order[::-1] for order in drawn)]), count)
    probability = answers(prepared, kept.reshape(-1, patches), progress).reshape(*kept.shape[:-1], -1)
    named = len(PATCH_ORDERS)
    return PatchDeletionTrace(
        model=prepared.reference,
        labels=prepared.labels,
        label=label,
        count=count,
        probability=probability[:, :named, :, label],
        answer=probability[:, :named].argmax(-1),
        random_probability=probability[:, named:, :, label],
    )


def importance(model: Any, pixels: torch.Tensor, label: int) -> dict[str, np.ndarray]:
    """How important each patch is by each of traces.PATCH_ORDERS: (patch,), larger is more important.

    Attention and its rollout are read where the answer is read (`layers.answer_rows`). model: of families.VIT.
    pixels: (1, channel, row, column), prepared. label: the class that relevance is for.
    """
    size = pixels.shape[-2], pixels.shape[-1]
    attention, rolled = attended(model, pixels)
    return {
        "attention": attention[-1],
        "rollout": rolled[-1],
        "relevance": relevance(model, pixels, [label])[0, -1],
        "blob": -from_the_middle(layers.grid(model, size)),
    }


def from_the_middle(grid: tuple[int, int]) -> np.ndarray:
    """How far the middle of each patch is from the picture's, by its sides: (patch,), at most √½."""
    down, across = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    return np.hypot((down + 0.5) / grid[0] - 0.5, (across + 0.5) / grid[1] - 0.5)


def kept_patches(orders: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Which patches are left in every picture: bool (change, order, step, patch), change of traces.PATCH_CHANGES.

    orders: (order, patch), the numbers of the patches, the most important first. count: (step,), of patches.
    """
    chosen = np.argsort(orders, axis=1)[:, None] < count[:, None]  # order, step, patch
    return np.stack([~chosen, chosen])


def answers(prepared: PreparedModel, kept: np.ndarray, progress: Progress = NO_PROGRESS) -> np.ndarray:
    """Class probabilities of pictures that are left with some of their patches: (picture, label).

    kept: bool (picture, patch); equal ones are computed once, a few pictures at a time (PASS_PIXELS). What is removed
    is zero after normalisation, the mean colour. Raises InputError as `probabilities` does, and whatever `progress`
    raises.
    """
    different, which = np.unique(kept, axis=0, return_inverse=True)
    found = []
    with torch.inference_mode():
        for part in torch.from_numpy(different).split(max(1, PASS_PIXELS // prepared.pixels[0, 0].numel())):
            progress.beat()
            logits = prepared.model(with_patches(prepared, part)).logits
            found.append(probabilities(logits, prepared.model.config, prepared.reference).cpu().numpy())
    return np.concatenate(found)[which]


def with_patches(prepared: PreparedModel, kept: torch.Tensor) -> torch.Tensor:
    """The photo with zeros in the place of some of its patches: (picture, channel, row, column).

    kept: bool (picture, patch). Pixels that make no whole patch are as they were.
    """
    grid, side = layers.grid(prepared.model, prepared.size), prepared.model.config.patch_size
    mask = kept.to(prepared.pixels.device).unflatten(1, (1, *grid))
    mask = mask.repeat_interleave(side, 2).repeat_interleave(side, 3)
    pictures = prepared.pixels.repeat(len(kept), 1, 1, 1)
    pictures[..., : grid[0] * side, : grid[1] * side] *= mask
    return pictures
