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
    """Of training, before its first step and after each."""
    right: Annotated[np.ndarray, "step"]
    """Share of right answers among the nodes whose class is known, but not to training; nan where there are none."""


PAPERS = (1834, 1845, 1885, 1893, 1964, 2068, 2115, 2177, 2326, 2375, 2425, 2471)
"""The test papers of Cora that can be looked at, by their numbers (`models.graph.extract` draws them)."""


@dataclass(frozen=True, eq=False)
class PaperTrace(Trace):
    """What a network that was trained on Cora says of one paper, with some edges cut, from all that it hears of.

    Edges and channels as in GraphTrace. Weights are nan where they depend on papers that are farther away; they have no
    part in the answer.
    """

    kind: str
    node: tuple[str, ...]
    """The papers' numbers; the first is the one that is asked of."""
    classes: tuple[str, ...]
    cut: tuple[tuple[int, int], ...]
    pair: tuple[tuple[int, int], ...]
    """The edges as they were."""
    label: Annotated[np.ndarray, "node"]
    known: Annotated[np.ndarray, "node"]
    """Whether training was told the field."""
    hop: Annotated[np.ndarray, "node"]
    """Citations between the first paper and this one, before any was cut."""
    place: Annotated[np.ndarray, "node plane"]
    source: Annotated[np.ndarray, "edge"]
    target: Annotated[np.ndarray, "edge"]
    weight: Annotated[np.ndarray, "channel edge"]
    channel_layer: Annotated[np.ndarray, "channel"]
    channel_head: Annotated[np.ndarray, "channel"]
    probability: Annotated[np.ndarray, "class"]
    """Of the first paper."""
    whole: Annotated[np.ndarray, "class"]
    """Before any edge was cut."""
    without: Annotated[np.ndarray, "pair class"]
    """With one more edge cut, for every one in `pair`; nan for one that is cut."""


SCORED_KINDS = ("gat", "gatv2", "dot_product")
"""Those that score: a GCN has none."""
RANKED_WEIGHTS = ("drawn", "decayed", "free")
"""Weights as a seed draws them, trained, and trained without weight decay."""


@dataclass(frozen=True, eq=False)
class RankingTrace(Trace):
    """In which order each query ranks all keys in the first layer of each kind."""

    kind: tuple[str, ...]
    node: tuple[str, ...]
    rank: Annotated[np.ndarray, "weights kind head query key"]
    """0 for the key with the highest score; with RANKED_WEIGHTS."""
    spread: Annotated[np.ndarray, "weights kind head"]
    """How far the scores of a query lie apart: the highest less the lowest, mean over queries."""


TRAINED_GRAPH_KINDS = ("gcn", "gat")
"""Those that are trained at every depth."""


@dataclass(frozen=True, eq=False)
class DepthTrace(Trace):
    """What more layers bring and cost, on one graph; nan for what has not been trained yet."""

    kind: tuple[str, ...]
    layer: Annotated[np.ndarray, "layer"]
    reached: Annotated[np.ndarray, "layer"]
    """Share of the other nodes that a node can hear of through so many layers, mean over nodes."""
    distance: Annotated[np.ndarray, "kind seed layer"]
    """Mean cosine distance of two nodes' features after so many layers with first weights."""
    depth: Annotated[np.ndarray, "depth"]
    """Layers of the networks that were trained."""
    trained_distance: Annotated[np.ndarray, "trained depth"]
    """The same before the last layer, for TRAINED_GRAPH_KINDS; before the only one nodes are as they come."""
    right: Annotated[np.ndarray, "trained depth"]
    """Share of right answers among nodes that training was not told of; nan where there are none."""


GRAPH_EDGES = ("citations", "none", "random", "everyone")
"""What networks were given on Cora: its edges, none, as many drawn at random, and all there can be."""


@dataclass(frozen=True, eq=False)
class CoraTrace(Trace):
    """What was recorded of networks that were trained on Cora; nan for what has not been."""

    kind: tuple[str, ...]
    device: str
    parameters: Annotated[np.ndarray, "kind"]
    """With two layers."""
    accuracy: Annotated[np.ndarray, "edges kind seed"]
    """Of two layers on the 1,000 test papers, for GRAPH_EDGES."""
    depth: Annotated[np.ndarray, "depth"]
    deep_accuracy: Annotated[np.ndarray, "trained depth seed"]
    """For TRAINED_GRAPH_KINDS, on the citations."""
    deep_distance: Annotated[np.ndarray, "trained depth seed"]
    """Mean cosine distance of two papers before the last layer."""


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
