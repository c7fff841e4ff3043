"""A teacher that is made up, for tests."""

import torch
from torch.nn import functional as F


def scores(pictures):
    """Of 1,000 classes at 2 x 2 places: a teacher that sees only how bright each quarter is."""
    quarters = F.adaptive_avg_pool2d(pictures.float(), 2).mean(1, keepdim=True) / 255
    return quarters * torch.linspace(-30, 30, 1000)[None, :, None, None]
