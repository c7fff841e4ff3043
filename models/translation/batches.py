"""Sentences in batches: of equal size in tokens for training, of like length for translating."""

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from models.device import device
from models.translation.vocabulary import PAD

Pairs = list[tuple[list[int], list[int]]]
"""Ids of source and target; a source ends with </s>, a target too unless it is a CMLM's."""


def loader(pairs: Pairs, batch_tokens: int) -> DataLoader:
    """Shuffled batches of (source, target), padded; sentences of like length together, about `batch_tokens` targets."""
    noise = torch.rand(len(pairs)) * 2
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][1]) + float(noise[i]))
    batches: list[list[int]] = [[]]
    for index in order:
        if batches[-1] and len(pairs[index][1]) * (len(batches[-1]) + 1) > batch_tokens:
            batches.append([])
        batches[-1].append(index)
    shuffled = [batches[i] for i in torch.randperm(len(batches))]
    return DataLoader(pairs, batch_sampler=shuffled, collate_fn=pad_pairs)  # type: ignore[arg-type]


def pad_pairs(rows: Pairs) -> tuple[torch.Tensor, torch.Tensor]:
    """Source (sentence, position) and target (sentence, position), padded at the end."""
    return pad_ids([row[0] for row in rows]), pad_ids([row[1] for row in rows])


def pad_ids(ids: list[list[int]]) -> torch.Tensor:
    """Sentences (sentence, position), padded at the end."""
    return pad_sequence([torch.tensor(row) for row in ids], True, PAD)


def shifted(target: torch.Tensor) -> torch.Tensor:
    """What a decoder reads before it predicts a target (sentence, position): one place later, PAD first."""
    return F.pad(target[:, :-1], (1, 0), value=PAD)


def in_batches(sentences: list[str], translate: Callable[[list[str]], list], size: int | None = None) -> list:
    """What `translate` makes of each sentence, in their order; it gets `size` of like length at a time.

    By default as many as keep the device busy: 64 on a CPU, 512 on a GPU.
    """
    size = size or (64 if device().type == "cpu" else 512)
    order = sorted(range(len(sentences)), key=lambda i: -len(sentences[i]))
    outputs: list[Any] = [None] * len(sentences)
    for start in range(0, len(order), size):
        part = order[start : start + size]
        for i, output in zip(part, translate([sentences[i] for i in part]), strict=True):
            outputs[i] = output
    return outputs
