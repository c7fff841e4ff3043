"""The loss of a text that is known (teacher forcing), as a lecture writes it: one pass, all positions at once."""

from collections.abc import Callable

from torch import Tensor


def training_loss(model: Callable[[Tensor], Tensor], text: Tensor) -> Tensor:
    """model gives (token,) its logits (token, vocabulary)."""
    read = text[:-1]
    right = text[1:]
    logits = model(read)
    log_prob = logits.log_softmax(-1)
    said = log_prob.gather(-1, right[:, None])
    losses = -said[:, 0]
    loss = losses.mean()
    return loss
