"""What more layers bring and cost: how far a node hears, and how alike all nodes become (over-smoothing)."""

from collections.abc import Iterator

import networkx as nx
import numpy as np
import torch

from models.graph.edge_list import Graph
from models.graph.live import directed, learn, opened, untrained
from models.progress import NO_PROGRESS, Progress
from models.traces.graph import GRAPH_KINDS, TRAINED_GRAPH_KINDS, DepthTrace

LAYERS, SEEDS = 16, 10
"""Of networks with first weights."""
DEPTHS = (1, 2, 4, 8, 16)
"""Of networks that are trained."""


def trace(graph: str, edges: str, seed: int, progress: Progress = NO_PROGRESS) -> Iterator[DepthTrace]:
    """First weights at once, then networks are trained, the shallow ones first. seed: of the first network.

    Raises InputError for a graph that is none.
    """
    whole, told = opened(graph, edges)
    nodes, pairs = torch.eye(len(whole.node)), directed(whole.pair, len(whole.node))
    distance = np.empty((len(GRAPH_KINDS), SEEDS, LAYERS))
    for kind, name in enumerate(GRAPH_KINDS):
        for at in range(SEEDS):
            progress.beat()
            with torch.inference_mode():
                outputs, _ = untrained(whole, name, seed + at, LAYERS + 1).walk(nodes, pairs)
            distance[kind, at] = [apart(features) for features in outputs[:LAYERS]]
    trained, right = (np.full((len(TRAINED_GRAPH_KINDS), len(DEPTHS)), np.nan) for _ in range(2))
    for at, depth in enumerate(DEPTHS):
        for kind, name in enumerate(TRAINED_GRAPH_KINDS):
            progress.beat()
            learned = learn(whole, tuple(told.tolist()), name, seed, depth)
            with torch.inference_mode():
                trained[kind, at] = apart([nodes, *learned.network.walk(nodes, pairs)[0]][-2])
            right[kind, at] = learned.right[-1]
        yield DepthTrace(
            kind=GRAPH_KINDS,
            layer=np.arange(1, LAYERS + 1),
            reached=reached(whole),
            distance=distance,
            depth=np.array(DEPTHS),
            trained_distance=trained.copy(),
            right=right.copy(),
        )


def reached(graph: Graph) -> np.ndarray:
    """For each number of layers the share of the other nodes at most so many edges away, mean over nodes."""
    drawn = nx.Graph(list(graph.pair))
    drawn.add_nodes_from(range(len(graph.node)))
    hops = np.array([hop for _, others in nx.all_pairs_shortest_path_length(drawn) for hop in others.values()])
    count = len(graph.node)
    return np.array([((hops > 0) & (hops <= layer)).sum() for layer in range(1, LAYERS + 1)]) / (count * (count - 1))


def apart(features: torch.Tensor) -> float:
    """Mean cosine distance of two different nodes (node, n)."""
    directions = torch.nn.functional.normalize(features.double())
    cosine = directions @ directions.T
    return 1 - float(cosine[~torch.eye(len(features), dtype=torch.bool)].mean())
