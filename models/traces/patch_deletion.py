"""What a Vision Transformer answers while patches of one photo are removed or kept."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

PATCH_ORDERS = ("attention", "rollout", "relevance", "blob")
"""By what patches come first: the attention that CLS pays them in the last layer, mean of the heads; attention rollout;
relevance for the model's answer (Chefer, Gur & Wolf 2021); nearness to the middle of the picture."""
PATCH_CHANGES = ("removed", "kept")
"""What happens to the first patches of an order; the others stay, or are removed."""


@dataclass(frozen=True, eq=False)
class PatchDeletionTrace(Trace):
    """The probability of a model's answer to a whole photo while the photo loses patches.

    change is PATCH_CHANGES, order is PATCH_ORDERS.
    """

    model: str
    labels: tuple[str, ...]
    label: int
    """The model's answer to the whole photo."""
    count: Annotated[np.ndarray, "step"]
    """Patches that are removed or kept, from none to all."""
    probability: Annotated[np.ndarray, "change order step"]
    """Of `label`."""
    answer: Annotated[np.ndarray, "change order step"]
    """The most probable label of each picture."""
    random_probability: Annotated[np.ndarray, "change random_order step"]
    """Of `label`, for several random orders."""

    @property
    def share(self) -> np.ndarray:
        """Patches that are removed or kept as a share of all: (step,)."""
        return self.count / self.count[-1]

    @property
    def area(self) -> np.ndarray:
        """Mean probability over all shares, the area under each curve by the trapezoidal rule: (change, order)."""
        return np.trapezoid(self.probability, self.share)

    @property
    def random_area(self) -> np.ndarray:
        """The same of the random orders: (change, random order)."""
        return np.trapezoid(self.random_probability, self.share)
