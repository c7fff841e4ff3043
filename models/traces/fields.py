"""What a point of a photo can see and does see."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import HALF, Trace

THRESHOLDS = (0.2, 0.3, 0.5, 0.99)
"""Shares of an effective field that squares around a position hold."""
HALF_MASS = THRESHOLDS.index(0.5)
AREA_DEFINITIONS = ("replknet", "gradient_mass")
"""What the share is of: RepLKNet's logarithm of the gradient, or the gradient itself."""
WEIGHTS = ("trained", "random")
"""Whose fields are measured: the model's, and those of one like it that has not been trained."""
IMAGES = ("photo", "average")
"""What they are measured on: the visitor's photo, and the lab's photos on average."""


@dataclass(frozen=True, eq=False)
class FieldTrace(Trace):
    """What one position of a photo can see and does see in every layer of one model.

    Lengths are shares of the picture's side, areas shares of the picture. `weights` and `images` are the first one or
    two of WEIGHTS and IMAGES.
    """

    model: str
    layer_name: tuple[str, ...]
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the model saw them: resized, before normalisation."""
    probability: Annotated[np.ndarray, "label"]
    """Class probabilities."""
    box: Annotated[np.ndarray, "layer edge"]
    """The theoretical field: top, left, bottom, right."""
    field: Annotated[np.ndarray, "weights images layer field_row field_column", HALF]
    """The effective field in cells of a few pixels: mean |gradient| in a cell over that in the picture, so 1 on average
    (but 0 in a field of zeros)."""
    area: Annotated[np.ndarray, "weights images layer threshold definition"]
    """Smallest square that holds a share of the field (THRESHOLDS), inside the theoretical field, by each of
    AREA_DEFINITIONS."""
    square: Annotated[np.ndarray, "weights images layer edge"]
    """The one that holds half of the gradient mass: top, left, bottom, right."""
    radius: Annotated[np.ndarray, "weights images layer"]
    """Root mean square distance of the effective field from the centre of the unit that stands for the position."""
    box_radius: Annotated[np.ndarray, "layer"]
    """The same, if every pixel of the theoretical field counted equally."""
    attention_distance: Annotated[np.ndarray, "layer"]
    """Root mean square distance that the attention of the position's own token spans, mean over heads; none in CNNs."""
    rollout: Annotated[np.ndarray, "layer patch_row patch_column", HALF]
    """Attention rollout from the position's patch over all patches; none where attention is in windows."""


@dataclass(frozen=True, eq=False)
class TheoryTrace(Trace):
    """What a point of the last map of published CNNs can see, by theory alone."""

    model: tuple[str, ...]
    """As torchvision names them."""
    side: int
    """Pixels a side of the picture."""
    size: Annotated[np.ndarray, "model"]
    """Pixels a side of the field, padding included."""


@dataclass(frozen=True, eq=False)
class FieldsTrace(Trace):
    """One position of one photo in several models."""

    position: tuple[float, float]
    """Down and across, as shares of the sides."""
    n_image: int
    """How many photos the average is over; 0 without an average."""
    columns: tuple[FieldTrace, ...]
