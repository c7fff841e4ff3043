"""CLS against global average pooling: two linear heads on every state of one ViT, whose weights stay as they are."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import Image
from safetensors.torch import load_file

from models import checkpoint
from models.checkpoint import OpenModel, revision
from models.device import device
from models.errors import InputError
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.shipped import whole
from models.traces.pooling import POOLED, PoolingTrace
from models.vit import layers

NAME, OF = "vit-pooling", "vit-imagenette"
"""The heads, and the bundled model whose states they read."""


class Heads(NamedTuple):
    """The trained heads, and what their recipe.json says."""

    weight: torch.Tensor
    """(pooled, state, label, width)"""
    bias: torch.Tensor
    """(pooled, state, label)"""
    record: dict[str, Any]


def trace(vit: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> PoolingTrace:
    """What both heads say of a photo after every layer, and how often they are right on the validation pictures.

    Raises InputError for weights that the heads were not trained on, and as `prepare_model` does.
    """
    heads = read(whole(checkpoint.BUNDLED / NAME), device())
    if revision(vit.reference) != heads.record["weights"]:
        raise InputError("anatomy.pooling", reference=vit.reference, known=OF)
    prepared = prepare_model(photo, vit)
    progress.beat()
    with torch.inference_mode():
        states = layers.walk(prepared.model, prepared.pixels).states
        found = features(prepared.model, states, prepared.size)[:, :, 0]
        probability = scores(heads.weight, heads.bias, found[:, :, None])[:, :, 0].softmax(-1)
    return PoolingTrace(
        model=vit.reference,
        labels=prepared.labels,
        count=heads.record["val_count"],
        own_accuracy=heads.record["own_accuracy"],
        accuracy=torch.tensor(heads.record["accuracy"]).numpy(),
        own_probability=prepared.probability(),
        probability=probability.cpu().numpy(),
    )


def features(model: Any, states: list[torch.Tensor], size: tuple[int, int]) -> torch.Tensor:
    """What each head reads of every state, after the final norm: (pooled, state, image, width).

    states: (image, token, width) before the first and after every layer. size: rows and columns of the pictures.
    """
    rows, columns = layers.grid(model, size)
    normed = model.base_model.layernorm(torch.stack(states))  # S, B, T, D
    read = {"cls": normed[:, :, 0], "mean": normed[:, :, -rows * columns :].mean(2)}
    return torch.stack([read[name] for name in POOLED])


def scores(weight: torch.Tensor, bias: torch.Tensor, read: torch.Tensor) -> torch.Tensor:
    """Logits (…, image, label) of heads (…, label, width) with biases (…, label) for features (…, image, width)."""
    return read @ weight.mT + bias[..., None, :]


@lru_cache(maxsize=2)
def read(folder: Path, where: torch.device) -> Heads:
    """The heads in a folder, as float32 on a device."""
    weights = {name: value.float().to(where) for name, value in load_file(folder / "heads.safetensors").items()}
    return Heads(**weights, record=json.loads((folder / "recipe.json").read_text(encoding="utf-8")))
