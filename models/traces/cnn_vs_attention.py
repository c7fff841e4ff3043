"""How CNNs and attention compare: parameters, data, position, a convolution as attention, attribution."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from models.axes import HALF, Trace


@dataclass(frozen=True, eq=False)
class ConvolutionTrace(Trace):
    """One map through a convolution and through the attention layer that stands for it, in double precision."""

    alpha: float
    kernel_size: int
    head_width: int
    """Channels of a head's values: the smaller of the input's and the output's."""
    ring: int
    """Rows of zero tokens around the map that the queries may attend to; 0 without."""
    shift: Annotated[np.ndarray, "head place"]
    """Rows and columns from a query to the token that the head looks for."""
    attention: Annotated[np.ndarray, "head query key"]
    """After softmax: each row sums to 1. Keys include the ring, queries do not."""
    output: Annotated[np.ndarray, "channel row column"]
    """Of the attention layer."""
    convolved: Annotated[np.ndarray, "channel row column"]
    """Of the convolution with stride 1 and zero padding."""
    error: Annotated[np.ndarray, "row column"]
    """Largest |output - convolved| of any channel."""
    interior: Annotated[np.ndarray, "row column"]
    """Whether the kernel lies inside the map."""


SWEPT = ("stage 2, layer 2", "stage 3, layer 2", "stage 4, layer 2")
"""Layers of a basic ResNet whose first convolution has stride 1 and whose map is small enough to be quick."""


@dataclass(frozen=True, eq=False)
class ConvolutionSweepTrace(Trace):
    """A trained convolution and the attention layer that stands for it, while alpha grows."""

    model: str
    layer: str
    kernel_size: int
    channels: tuple[int, int]
    """In and out."""
    alpha: Annotated[np.ndarray, "alpha"]
    attention: Annotated[np.ndarray, "alpha head row column"]
    """Of the token in the middle of the map."""
    error: Annotated[np.ndarray, "alpha row column"]
    """Largest difference of any output channel, as a share of the convolution's largest output."""
    interior: Annotated[np.ndarray, "row column"]
    """Whether the kernel lies inside the map."""
    largest: float
    """The convolution's largest |output|."""
    device: str = ""
    precision: str = ""
    """Of both outputs."""


@dataclass(frozen=True, eq=False)
class Attribution(Trace):
    """Which pixels of a photo speak for one class of one model."""

    model: str
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the model saw them."""
    label: str
    """The class, the model's answer."""
    probability: float
    """Of the class."""
    integrated_gradients: Annotated[np.ndarray, "row column", HALF]
    """What each pixel adds to the label's logit."""
    grad_cam: Annotated[np.ndarray, "cam_row cam_column", HALF]
    """At least 0; none where the model has no convolutional map."""
    logit_difference: float
    """The label's logit for the photo less that for a plain picture of the mean colour."""
    completeness_error: float
    """Sum of the integrated gradients less the logit difference."""


@dataclass(frozen=True, eq=False)
class AttributionsTrace(Trace):
    """Which pixels of one photo speak for the answers of several models."""

    columns: tuple[Attribution, ...]


@dataclass(frozen=True, eq=False)
class ParametersTrace(Trace):
    """What models have, cost and reach, and what one layer of each kind has at growing width."""

    model: tuple[str, ...]
    parameters: Annotated[np.ndarray, "model"]
    multiply_adds: Annotated[np.ndarray, "model"]
    """Of one picture."""
    val_accuracy: Annotated[np.ndarray, "model"]
    """Share of Imagenette's validation pictures; nan where no recipe tells it."""
    kind: tuple[str, ...]
    """convolution (3x3), attention, vit_layer."""
    n_embd: Annotated[np.ndarray, "width"]
    weights: Annotated[np.ndarray, "kind width"]
    """In kernels and matrices, biases and norms left out."""


Variant = Literal["photo", "shuffled", "shifted", "mirrored"]
VARIANTS: tuple[Variant, ...] = ("photo", "shuffled", "shifted", "mirrored")
"""Of a photo: unchanged; cut into square tiles that change places; rolled cyclically down and to the right; left and
right exchanged."""
SETTINGS = ("with", "without")
"""A model as it is, and without its position parameters."""


@dataclass(frozen=True, eq=False)
class PositionAblation(Trace):
    """Variants of one photo through one model, with and without its position parameters.

    variant is VARIANTS; setting is SETTINGS, or its first where a model has no position parameters.
    """

    model: str
    labels: tuple[str, ...]
    tile: int
    """Side of a shuffled tile in pixels."""
    shift: int
    """Pixels that the shifted photo was rolled down and to the right."""
    pixels: Annotated[np.ndarray, "variant row column channel"]
    """uint8 RGB."""
    probability: Annotated[np.ndarray, "setting variant label"]
    similarity: Annotated[np.ndarray, "setting variant"]
    """Cosine of the feature that the head reads and that of the unchanged photo in the same setting."""


@dataclass(frozen=True, eq=False)
class PositionAblationsTrace(Trace):
    """Variants of one photo through several models."""

    columns: tuple[PositionAblation, ...]


@dataclass(frozen=True, eq=False)
class DataEfficiencyTrace(Trace):
    """Validation accuracy of each family after training on each share of the pictures, all after the same steps."""

    family: tuple[str, ...]
    device: str
    steps: int
    parameters: Annotated[np.ndarray, "family"]
    multiply_adds: Annotated[np.ndarray, "family"]
    """Of one picture."""
    share: Annotated[np.ndarray, "share"]
    """Ascending, in (0, 1]."""
    n_image: Annotated[np.ndarray, "share"]
    """Training pictures of each share."""
    n_seed: Annotated[np.ndarray, "share"]
    """Runs of each family that mean, lowest and highest are taken over; with one, all three are that run."""
    mean: Annotated[np.ndarray, "family share"]
    lowest: Annotated[np.ndarray, "family share"]
    highest: Annotated[np.ndarray, "family share"]
