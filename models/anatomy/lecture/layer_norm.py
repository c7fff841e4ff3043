"""LayerNorm as a lecture writes it (Ba et al. 2016); without what centres and shifts it is RMSNorm."""

from torch import Tensor


def layer_norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    """(token, width): each token by itself."""
    mean = x.mean(-1, keepdim=True)  # centre
    x = x - mean  # centre
    variance = x.square().mean(-1, keepdim=True)
    normal = x / (variance + eps) ** 0.5
    y = normal * gamma
    y = y + beta  # shift
    return y
