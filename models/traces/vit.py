"""What a Vision Transformer does with one photo."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import HALF, Trace


@dataclass(frozen=True, eq=False)
class VitTrace(Trace):
    """One photo through one Vision Transformer.

    Tokens are the prefix tokens (CLS, and DeiT's distillation token) followed by the patches, row by row. The axes
    query, key and token all run over them; depth 0 is before the first layer, depth k after layer k.
    """

    model: str
    patch_size: int
    grid: tuple[int, int]
    prefix: tuple[str, ...]
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB that the patches cover, as the model saw them: resized, before normalisation."""
    attention: Annotated[np.ndarray, "layer head query key", HALF]
    """After softmax: each row sums to 1."""
    lens_probability: Annotated[np.ndarray, "depth label"]
    """Class probabilities if the model stopped at this depth: final norm and head on its state (logit lens)."""
    patch_vector: Annotated[np.ndarray, "patch value", HALF]
    """The normalised numbers of each patch, channel by channel, as the projection reads them."""
    embedding: Annotated[np.ndarray, "patch width", HALF]
    """Each patch vector after the linear projection, before positions are added."""
    position_similarity: Annotated[np.ndarray, "token other_token", HALF]
    """Cosine similarity of the position embeddings."""
    unread: tuple[int, int] = (0, 0)
    """Rows and columns of pixels below and right of the patches, which the model gets but does not read."""
    independent: bool = False
    """Whether each class has a probability of its own (sigmoid), or all share one (softmax)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        tokens = len(self.prefix) + self.grid[0] * self.grid[1]
        if self.attention.shape[-2:] != (tokens, tokens) or len(self.patch_vector) != tokens - len(self.prefix):
            raise ValueError("attention, patches, grid and prefix disagree about the number of tokens")

    @property
    def probability(self) -> np.ndarray:
        """Class probabilities of the whole model (label)."""
        return self.lens_probability[-1]
