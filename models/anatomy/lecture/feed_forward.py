"""The feed-forward part with its residual connection, as a lecture writes it."""

from collections.abc import Callable

from torch import Tensor

Part = Callable[[Tensor], Tensor]


def feed_forward(x: Tensor, norm: Part, inner: Part, activation: Part, gate: Part, outer: Part) -> Tensor:
    """The residual stream x (token, width), and what the part adds."""
    given = x
    given = norm(given)  # pre-norm
    hidden = inner(given)
    active = activation(hidden)
    active = active * gate(given)  # gate
    added = outer(active)
    x = x + added
    x = norm(x)  # post-norm
    return x
