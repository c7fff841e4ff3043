"""Masked self-attention as a lecture writes it; the page shows this class and runs it line by line."""

import torch
from torch import Tensor, nn


class MaskedSelfAttention(nn.Module):
    """Each token attends to itself and to those before it, or to all where it is not causal."""

    def __init__(self, width: int, heads: int, causal: bool = True) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal
        self.to_q = nn.Linear(width, width)
        self.to_k = nn.Linear(width, width)
        self.to_v = nn.Linear(width, width)
        self.to_out = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """(token, width) as (head, token, dim)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(0, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x and what is returned: (token, width)."""
        q = self.split(self.to_q(x))
        k = self.split(self.to_k(x))
        v = self.split(self.to_v(x))
        scores = q @ k.transpose(-2, -1)
        scaled = scores / q.shape[-1] ** 0.5
        future = torch.ones_like(scaled).triu(1).bool() & self.causal
        masked = scaled.masked_fill(future, -torch.inf)
        attention = masked.softmax(-1)
        context = attention @ v
        joined = context.transpose(0, 1).flatten(1)
        output = self.to_out(joined)
        return output  # noqa: RET504
