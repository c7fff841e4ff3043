"""Generation as a lecture writes it: a loop that takes the most probable token and reads everything again."""

from collections.abc import Callable

import torch
from torch import Tensor


def generate(model: Callable[[Tensor], Tensor], text: Tensor, end: int, most: int) -> Tensor:
    """model gives (token,) its logits (token, vocabulary)."""
    for _ in range(most):
        logits = model(text)
        best = logits[-1].argmax(-1, keepdim=True)
        text = torch.cat([text, best])
        if best == end:
            break
    return text
