"""Positions as a lecture writes them (Vaswani et al. 2017, section 3.5)."""

import torch
from torch import Tensor


def with_positions(embedding: Tensor) -> Tensor:
    """(token, width): sines, then cosines, are added."""
    count, width = embedding.shape
    position = torch.arange(count)[:, None]
    rate = 10000 ** (-torch.arange(0, width, 2) / width)
    angle = position * rate
    table = torch.cat([angle.sin(), angle.cos()], -1)
    x = embedding + table
    return x
