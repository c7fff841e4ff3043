"""Attention as a lecture writes it; the page shows this class and runs it line by line."""

import torch
from torch import Tensor, nn


class MultiHeadAttention(nn.Module):
    """x attends to memory; in self-attention to itself."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width)
        self.to_k = nn.Linear(width, width)
        self.to_v = nn.Linear(width, width)
        self.to_out = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """(token, width) as (head, token, dim)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(0, 1)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        """(query, width) and (key, width) as (query, width)."""
        q = self.split(self.to_q(x))
        k = self.split(self.to_k(memory))
        v = self.split(self.to_v(memory))
        scores = q @ k.transpose(-2, -1)
        scores = scores / q.shape[-1] ** 0.5  # √d
        future = torch.ones_like(scores).triu(1).bool()  # mask
        scores = scores.masked_fill(future, -torch.inf)  # mask
        attention = scores.softmax(-1)
        context = attention @ v
        joined = context.transpose(0, 1).flatten(1)
        output = self.to_out(joined)
        return output
