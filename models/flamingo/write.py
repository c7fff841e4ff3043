"""Captions written greedily: the most probable token, time after time."""

from typing import Any

import torch

from models.flamingo.captions import MOST, prompt
from models.flamingo.model import Factor

CHUNK = 100
"""Photos at a time."""


@torch.inference_mode()
def greedy(model: Any, latents: torch.Tensor, ids: torch.Tensor, end: int, factor: Factor = 1.0) -> torch.Tensor:
    """What follows ids (row, token), (row, written), filled up with `end` where a row has ended before others.

    latents: (row, photo, latent, width). factor: of the gates. A caption has at most MOST tokens, its signs included.
    """
    whole = ids
    for _ in range(MOST - 2):
        states = model.read(whole, latents, factor).states[:, -1]
        new = model.language.lm_head(states).argmax(-1)
        new = new.where((whole[:, ids.shape[1] :] != end).all(1), end)
        whole = torch.cat([whole, new[:, None]], 1)
        if bool((new == end).all()):
            break
    return whole[:, ids.shape[1] :]


@torch.inference_mode()
def captions(model: Any, tokenizer: Any, places: torch.Tensor, language: str, factor: float = 1.0) -> list[str]:
    """A caption of each photo, from its places (photo, place, feature)."""
    written: list[str] = []
    for some in places.split(CHUNK):
        latents, _ = model.see(some.float())
        ids = torch.tensor([prompt(tokenizer, language)] * len(some))
        tokens = greedy(model, latents[:, None], ids, tokenizer.eos_token_id, factor)
        written += [text.strip() for text in tokenizer.batch_decode(tokens, skip_special_tokens=True)]
    return written
