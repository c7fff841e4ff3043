"""How surprising captions are to a language model, alone or with photos to look at."""

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

from models.flamingo.captions import IGNORED, Rows, Said

Surprise = Callable[[Rows], torch.Tensor]
"""Of rows, in nats, (target,): of every target that counts, row by row."""
CHUNK = 100
"""Captions at a time."""


def blind(language: Any) -> Surprise:
    """Of a language model alone."""

    def surprise(rows: Rows) -> torch.Tensor:
        states = language.transformer(rows.ids, use_cache=False).last_hidden_state
        return at_targets(language, states, rows)

    return surprise


def looking(model: Any, places: torch.Tensor, factor: float = 1.0) -> Surprise:
    """Of a model that sees the photos of a split, (photo, place, feature); its gates are multiplied by a factor."""

    def surprise(rows: Rows) -> torch.Tensor:
        photos, which = rows.photo.unique(return_inverse=True)
        latents, _ = model.see(places[photos].float())
        return at_targets(model.language, model.read(rows.ids, latents[which], factor).states, rows)

    return surprise


def at_targets(language: Any, states: torch.Tensor, rows: Rows) -> torch.Tensor:
    """From the states (row, token, width) that its output head reads."""
    counts = rows.target != IGNORED
    return F.cross_entropy(language.lm_head(states[counts]), rows.target[counts], reduction="none")


@torch.inference_mode()
def by_caption(surprise: Surprise, said: Said) -> tuple[torch.Tensor, torch.Tensor]:
    """Nats, and tokens that count, of each caption, (caption,), alone in its row."""
    nats, tokens = [], []
    for rows in said.apart(CHUNK):
        count = (rows.target != IGNORED).sum(1)
        nats += [some.sum() for some in surprise(rows).split(count.tolist())]
        tokens.append(count)
    return torch.stack(nats), torch.cat(tokens)


def mean(surprise: Surprise, said: Said) -> float:
    """Nats a token."""
    nats, tokens = by_caption(surprise, said)
    return round((nats.sum() / tokens.sum()).item(), 4)
