"""What a classifier's outputs mean: the names of its classes and their probabilities. torch is a caller's matter."""

import unicodedata
from typing import TYPE_CHECKING, Any

from models.errors import InputError

if TYPE_CHECKING:
    import torch

MAX_NAME = 200
"""Characters of a class's name that are shown."""


def independent(config: Any) -> bool:
    """Whether each class has a probability of its own: in a multi-label model, and where there is one output."""
    return config.problem_type == "multi_label_classification" or config.num_labels == 1


def probabilities(logits: "torch.Tensor", config: Any, reference: str) -> "torch.Tensor":
    """Probabilities (…, label) of logits, by softmax, or by the sigmoid where classes are independent.

    Raises InputError when a logit is no number.
    """
    if not logits.isfinite().all():
        raise InputError("model.no_numbers", reference=reference)
    return logits.sigmoid() if independent(config) else logits.softmax(-1)


def class_names(config: Any) -> tuple[str, ...]:
    """The names of a model's classes, or their numbers where its config has no name for them."""
    return tuple(_line(config.id2label.get(index, index)) for index in range(config.num_labels))


def _line(name: Any) -> str:
    """A stranger's name as one line that can be sent: no control characters, no half of a surrogate pair."""
    text = str(name).encode("utf-8", "replace").decode()
    line = " ".join("".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text).split())
    return line if len(line) <= MAX_NAME else f"{line[: MAX_NAME - 1]}…"
