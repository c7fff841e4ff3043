"""CLIP's loss (Radford et al. 2021), written to be read."""

import torch
from torch.nn import functional as F


def logits(images: torch.Tensor, texts: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Logits (image, text): the cosine of every picture's and every text's embedding (…, width), times the scale.

    This product is the only place where pictures and texts meet. scale: 1 / temperature.
    """
    return scale * F.normalize(images, dim=-1) @ F.normalize(texts, dim=-1).T


def symmetric(scores: torch.Tensor) -> torch.Tensor:
    """The loss of logits (pair, pair): each picture has to find its text among all, and each text its picture.

    Two cross entropies, over the rows and over the columns, whose targets are the diagonal; their mean.
    """
    target = torch.arange(len(scores), device=scores.device)
    return (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
