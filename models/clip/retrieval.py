"""How well pictures and texts find each other: recall at 1, 5 and 10, both ways."""

from typing import Any

import torch

DEPTHS = (1, 5, 10)


def ranks(scores: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """For each query (row of `scores`) the place, from 0, of the best answer that is right; equal scores count against.

    scores: (query, answer); right: (query, answer), booleans.
    """
    best = scores.masked_fill(~right, -torch.inf).amax(1, keepdim=True)
    return ((scores >= best) & ~right).sum(1)


def recall(found: torch.Tensor) -> dict[str, float]:
    """Share of queries whose right answer is among the first so many, and the median place, from 1.

    found: (query,), what `ranks` gives.
    """
    shares = {f"R@{depth}": round((found < depth).double().mean().item(), 4) for depth in DEPTHS}
    return {**shares, "median": int(found.median()) + 1}


def both_ways(images: torch.Tensor, texts: torch.Tensor, of: torch.Tensor) -> dict[str, Any]:
    """Recall from texts to pictures and from pictures to texts, of which each picture has several.

    images: (image, width) and texts: (text, width), both of length 1. of: (text,), the picture's number.
    """
    scores, right = texts @ images.T, of[:, None] == torch.arange(len(images))
    return {
        "text_to_image": recall(ranks(scores, right)),
        "image_to_text": recall(ranks(scores.T, right.T)),
    }
