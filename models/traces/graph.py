"""What a graph network does to a small graph."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import HALF, Trace

GRAPH_KINDS = ("gcn", "gat", "gatv2", "dot_product")
"""Kinds of layers, as `models.graph.layers` has them."""


@dataclass(frozen=True, eq=False)
class GraphTrace(Trace):
    """A network that was trained on a graph, and what it says of the graph with some edges cut or added.

    Edges lead from who is looked at (source) to who looks (target), loops included. A channel is one head of a layer.
    """

    kind: str
    node: tuple[str, ...]
    classes: tuple[str, ...]
    cut: tuple[tuple[int, int], ...]
    added: tuple[tuple[int, int], ...]
    doubled: int
    """Lines of the visitor's own list that said an edge again."""
    label: Annotated[np.ndarray, "node"]
    """The number of the class; -1 where nothing is known."""
    known: Annotated[np.ndarray, "node"]
    """Whether training was told the class."""
    place: Annotated[np.ndarray, "node plane"]
    """Where a node is drawn, in [0, 1]; of the drawing, not of the network."""
    source: Annotated[np.ndarray, "edge"]
    target: Annotated[np.ndarray, "edge"]
    weight: Annotated[np.ndarray, "channel edge"]
    channel_layer: Annotated[np.ndarray, "channel"]
    channel_head: Annotated[np.ndarray, "channel"]
    probability: Annotated[np.ndarray, "node class"]
    whole: Annotated[np.ndarray, "node class"]
    """The probabilities on the graph as it was trained."""
    projected: Annotated[np.ndarray, "layer node plane"]
    """The nodes' features after every layer, each on its own two principal components."""
    explained: Annotated[np.ndarray, "layer"]
    """Share of a layer's variance that its two components hold."""
    loss: Annotated[np.ndarray, "step"]
    right: Annotated[np.ndarray, "step"]
    """Share of right answers among the nodes whose class is known, but not to training; nan where there are none."""


@dataclass(frozen=True, eq=False)
class DepthTrace(Trace):
    """What more layers bring and cost, on one graph, from the seeds' first weights on."""

    kind: tuple[str, ...]
    depth: Annotated[np.ndarray, "depth"]
    reached: Annotated[np.ndarray, "depth"]
    """Share of the other nodes that a node can hear of, mean over nodes."""
    distance: Annotated[np.ndarray, "kind seed depth"]
    """Mean cosine distance of two nodes' features before the last layer, in the trained network."""
    right: Annotated[np.ndarray, "kind seed depth"]
    """Share of right answers among nodes that training was not told of."""


@dataclass(frozen=True, eq=False)
class ScoresTrace(Trace):
    """What the queries of one layer of self-attention say of its keys, before any mask and softmax."""

    model: str
    layer: int
    """From 1."""
    layers: int
    token: tuple[str, ...]
    grid: tuple[int, int]
    """Rows and columns that the tokens fill; a sentence has one row."""
    scores: Annotated[np.ndarray, "head query key", HALF]
    """q·k/√d."""


@dataclass(frozen=True, eq=False)
class MasksTrace(Trace):
    """The scores of a layer on the patches of a photo and of one on the tokens of a sentence, to be masked."""

    photo: ScoresTrace
    sentence: ScoresTrace
    pixels: Annotated[np.ndarray, "row column channel"]
