"""Captions as word pieces, and what the text tower makes of many of them."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

Said = list[list[torch.Tensor]]
"""Word pieces (piece,) of every caption of every photo."""
CHUNK = 64


def encode(tokenizer: Any, texts: tuple[tuple[str, ...], ...]) -> Said:
    """Word pieces of every caption; of a longer one than the tower reads, the first ones."""
    return [[torch.tensor(one) for one in tokenizer(list(some), truncation=True)["input_ids"]] for some in texts]


def owner(said: Said) -> torch.Tensor:
    """The photo's place, (caption,), for every caption in order."""
    return torch.tensor([photo for photo, captions in enumerate(said) for _ in captions])


def texts(model: Any, ids: list[torch.Tensor]) -> torch.Tensor:
    """Embeddings (text, width) of word pieces; texts of about a length are read together, so that little is padding."""
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    found, pad = [], model.text_model.config.pad_token_id
    for begin in range(0, len(ids), CHUNK):
        some = [ids[at] for at in order[begin : begin + CHUNK]]
        padded = nn.utils.rnn.pad_sequence(some, batch_first=True, padding_value=pad)
        found.append(model.get_text_features(padded, padded.ne(pad).long()).pooler_output)
    return torch.cat(found)[torch.tensor(order).argsort()]


@torch.inference_mode()
def directions(model: Any, numbers: torch.Tensor, said: dict[str, Said]) -> dict[str, torch.Tensor]:
    """Embeddings of length 1: "image" (photo, width), and of all captions (caption, width), by language.

    numbers: (photo, n), of the image tower.
    """
    found = {"image": model.visual_projection(numbers)}
    for language, photos in said.items():
        found[language] = texts(model, [one for captions in photos for one in captions])
    return {name: F.normalize(one, dim=-1) for name, one in found.items()}
