"""How long what a translator reads and writes may be."""

from typing import Any

import torch

from models.errors import InputError


def most_positions(model: Any, side: str) -> int | None:
    """How many tokens the "encoder" or the "decoder" of a model has positions for; None where there is no end."""
    for name in (f"max_{side}_position_embeddings", "max_position_embeddings"):
        if type(count := getattr(model.config, name, None)) is int:
            return count
    return None


def refuse_long(model: Any, ids: torch.Tensor, max_length: int) -> None:
    """Raise InputError where a sentence (1, source), or the longest output, has more tokens than the model has
    positions."""
    most = most_positions(model, "encoder")
    if most is not None and ids.shape[1] > most:
        raise InputError("decoding.positions", tokens=ids.shape[1], maximum=most)
    most = most_positions(model, "decoder")
    if most is not None and max_length > most:
        raise InputError("decoding.max_length", maximum=most)
