"""What a MobileViT does with one photo."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import HALF, Trace


@dataclass(frozen=True, eq=False)
class MobileVitBlock(Trace):
    """One MobileViT block: convolution, attention among the pixels at one place of all patches, fusion.

    Its maps: what comes in, what the local convolution makes of it, what each Transformer layer does, put back into a
    map, and the fusion with what came in. Places inside a patch are numbered row by row, and so are patches.
    """

    stage: int
    """Of the network, counted from 1."""
    patch_size: int
    kernel_size: int
    """Of the local convolution and of the fusion."""
    jump: int
    """Pixels of the photo between neighbours in its maps."""
    size: Annotated[np.ndarray, "map row column", HALF]
    """Mean over the channels of the sizes of a map's numbers."""
    attention: Annotated[np.ndarray, "layer place head query key", HALF]
    """After softmax, over the patches: each row sums to 1."""
    left: Annotated[np.ndarray, "map"]
    """Where the field of a map's first unit begins, in pixels along rows and columns alike, by its convolutions alone;
    negative where it reaches into the padding. The next unit's is `jump` pixels further."""
    right: Annotated[np.ndarray, "map"]
    """Where it ends."""
    everywhere: Annotated[np.ndarray, "map"]
    """Whether attention came before, so that its units can see the whole photo."""

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of its maps."""
        return self.size.shape[1], self.size.shape[2]


@dataclass(frozen=True, eq=False)
class MobileVitTrace(Trace):
    """One photo through one MobileViT, every block with attention."""

    model: str
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the model saw them: resized, before normalisation."""
    probability: Annotated[np.ndarray, "label"]
    """Class probabilities."""
    blocks: tuple[MobileVitBlock, ...]
    """In the order in which the photo passes them."""
