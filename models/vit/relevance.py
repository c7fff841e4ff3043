"""How much each patch counts for one class: attention weighted by its gradient (Chefer, Gur & Wolf 2021)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from models.vit import layers


def relevance(model: Any, pixels: torch.Tensor, label: int) -> np.ndarray:
    """Relevance of every patch for the logit of a class: (patch,) float32, at least 0; only its ratios mean something.

    One forward and one backward pass; read at the tokens that the answer is read from (`layers.answer_tokens`).
    model: of families.VIT, in eval mode, left as it is; its `check` bounds the memory. pixels: (1, channel, row,
    column), prepared, on the model's device. Raises ValueError for a label that the model does not have.
    """
    if not 0 <= label < model.config.num_labels:
        raise ValueError(f"the model has no label {label}")
    rows, columns = layers.grid(model, (pixels.shape[-2], pixels.shape[-1]))
    with torch.enable_grad():
        states, attention = layers.walk(model, pixels.detach().clone().requires_grad_())
        logit = layers.head(model, states[-1]).logits[0, label]
    gradient = torch.autograd.grad(logit, attention)
    with torch.no_grad():
        read = accumulated(attention, gradient)[: layers.answer_tokens(model), -rows * columns :]
        return read.mean(0).cpu().numpy()


def accumulated(attention: Sequence[torch.Tensor], gradient: Sequence[torch.Tensor]) -> torch.Tensor:
    """What the tokens have passed on through all layers, for one logit: (query, key).

    R begins as the identity; every layer adds the mean over its heads of (gradient · attention)⁺, times R (Chefer, Gur
    & Wolf 2021, equations 5 and 6). attention and the logit's gradient to it, of every layer: (1, head, query, key).
    """
    passed = torch.eye(attention[0].shape[-1], device=attention[0].device)
    for weight, slope in zip(attention, gradient, strict=True):
        passed = passed + (slope * weight)[0].clamp(min=0).mean(0) @ passed
    return passed
