"""How much each patch counts for one class: attention weighted by its gradient (Chefer, Gur & Wolf 2021)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from models.attention import rollout
from models.checkpoint import OpenModel
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.traces import RelevanceTrace
from models.vit import layers

CLASSES = 3
"""The most probable classes have a map each."""


def trace(vit: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> RelevanceTrace:
    """Relevance, attention and its rollout over a photo in a model of families.VIT, all read where the answer is read.

    Raises InputError when the model does not fit the lab's pictures, when its attention has more values than the lab
    keeps, or when it gives no numbers.
    """
    prepared = prepare_model(photo, vit)
    model, side = prepared.model, prepared.model.config.patch_size
    rows, columns = layers.grid(model, prepared.size)
    probability = prepared.probability()
    label = np.argsort(-probability, kind="stable")[:CLASSES]
    progress.beat()
    attention, rolled = attended(model, prepared.pixels)
    progress.beat()
    return RelevanceTrace(
        model=prepared.reference,
        grid=(rows, columns),
        labels=prepared.labels,
        pixels=prepared.picture()[: rows * side, : columns * side],
        label=label,
        probability=probability[label],
        attention=attention,
        rollout=rolled,
        relevance=relevance(model, prepared.pixels, label.tolist()),
    )


def attended(model: Any, pixels: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Attention, mean of the heads, and its rollout, to every patch in every layer: (layer, patch) each.

    Read where the answer is read (`layers.answer_rows`). pixels: (1, channel, row, column), prepared.
    """
    with torch.inference_mode():
        attention = torch.cat(layers.walk(model, pixels).attention).cpu().numpy()  # L, H, T, T
    size = pixels.shape[-2], pixels.shape[-1]
    return (
        layers.answer_rows(model, attention.mean(1), size),
        layers.answer_rows(model, rollout(attention), size),
    )


def relevance(model: Any, pixels: torch.Tensor, labels: Sequence[int]) -> np.ndarray:
    """Relevance of every patch for the logits of some classes, up to every layer: (class, layer, patch) float32.

    At least 0; only ratios within one class mean something. One forward pass, and one backward pass for each class;
    read where the answer is read (`layers.answer_rows`). model: of families.VIT, in eval mode, left as it is; its
    `check` bounds the memory. pixels: (1, channel, row, column), prepared, on the model's device.
    Raises ValueError for a label that the model does not have.
    """
    if unknown := [label for label in labels if not 0 <= label < model.config.num_labels]:
        raise ValueError(f"the model has no label {unknown[0]}")
    with torch.enable_grad():
        states, attention = layers.walk(model, pixels.detach().clone().requires_grad_())
        logits = layers.head(model, states[-1]).logits[0].unbind()
    found = []
    for label in labels:
        gradient = torch.autograd.grad(logits[label], attention, retain_graph=True)
        with torch.no_grad():
            passed = accumulated(attention, gradient).cpu().numpy()
        found.append(layers.answer_rows(model, passed, (pixels.shape[-2], pixels.shape[-1])))
    return np.stack(found)


def accumulated(attention: Sequence[torch.Tensor], gradient: Sequence[torch.Tensor]) -> torch.Tensor:
    """What the tokens have passed on for one logit, up to every layer: (layer, query, key).

    R begins as the identity; every layer adds the mean over its heads of (gradient · attention)⁺, times R (Chefer, Gur
    & Wolf 2021, equations 5 and 6). attention and the logit's gradient to it, of every layer: (1, head, query, key).
    """
    passed = [torch.eye(attention[0].shape[-1], device=attention[0].device)]
    for weight, slope in zip(attention, gradient, strict=True):
        passed.append(passed[-1] + (slope * weight)[0].clamp(min=0).mean(0) @ passed[-1])
    return torch.stack(passed[1:])
