"""A small graph, learned in a second: who belongs to whom, by which edges, and what a cut edge changes."""

from functools import lru_cache
from typing import NamedTuple

import networkx as nx
import numpy as np
import torch
from torch.nn import functional as F

from models.errors import InputError
from models.graph import edge_list
from models.graph.edge_list import Graph
from models.graph.layers import GraphNetwork, both_ways, with_loops
from models.progress import NO_PROGRESS, Progress
from models.traces.graph import GraphTrace

STEPS, RATE, DECAY, HIDDEN, HEADS = 200, 0.01, 5e-4, 4, 4
CLUBS = {"Mr. Hi": "instructor", "Officer": "officer"}
"""Classes of the karate club by networkx's words for them: with whom a member went."""
Changes = tuple[tuple[int, int], ...]
"""Undirected pairs (smaller, larger): an edge that is there is cut, one that is not is added."""


class Learned(NamedTuple):
    """A network in eval mode; its loss and right answers before the first step and after each."""

    network: GraphNetwork
    loss: np.ndarray
    right: np.ndarray


def karate() -> tuple[Graph, np.ndarray]:
    """Zachary's karate club (1977), 34 members and 78 friendships, and who may be told: the two who fell out.

    Every member's later club is known; training is told the instructor's (0) and the officer's (33).
    """
    club = nx.karate_club_graph()
    label = tuple(CLUBS[club.nodes[member]["club"]] for member in club)
    told = np.isin(np.arange(len(label)), [0, len(label) - 1])
    return Graph(tuple(str(member + 1) for member in club), tuple((min(e), max(e)) for e in club.edges), label), told


def opened(graph: str, edges: str) -> tuple[Graph, np.ndarray]:
    """The chosen graph, and whose class training is told: of the visitor's own, all that are written."""
    if graph == "karate":
        return karate()
    own = edge_list.read(edges)
    return own, np.array([bool(label) for label in own.label])


def trace(
    graph: str, edges: str, kind: str, seed: int, changes: Changes, progress: Progress = NO_PROGRESS
) -> GraphTrace:
    """Train on the graph, then look at it with its changes. Raises InputError for a graph or a change that is none."""
    whole, told = opened(graph, edges)
    classes = tuple(sorted({label for label in whole.label if label}))
    label = np.array([classes.index(name) if name else -1 for name in whole.label])
    if any(not 0 <= first < second < len(label) for first, second in changes):
        raise InputError("graph.change")
    progress.beat()
    learned = learn(whole, tuple(told.tolist()), kind, seed)
    cut = tuple(pair for pair in changes if pair in whole.pair)
    added = tuple(pair for pair in changes if pair not in whole.pair)
    now = directed([pair for pair in whole.pair if pair not in cut] + list(added), len(label))
    nodes = torch.eye(len(label))
    with torch.inference_mode():
        outputs, weights = learned.network.walk(nodes, now)
        before = learned.network(nodes, directed(whole.pair, len(label))).softmax(-1)
    stages = [project(stage.numpy()) for stage in outputs]
    source, target = now.numpy()
    return GraphTrace(
        kind=kind,
        node=whole.node,
        classes=classes,
        cut=cut,
        added=added,
        doubled=whole.doubled,
        label=label,
        known=told,
        place=layout(whole),
        source=source,
        target=target,
        weight=torch.cat(weights, 1).T.contiguous().numpy(),
        channel_layer=np.repeat(np.arange(len(weights)), [weight.shape[1] for weight in weights]),
        channel_head=np.concatenate([np.arange(weight.shape[1]) for weight in weights]),
        probability=outputs[-1].softmax(-1).numpy(),
        whole=before.numpy(),
        projected=np.stack([points for points, _ in stages]),
        explained=np.array([share for _, share in stages]),
        loss=learned.loss,
        right=learned.right,
    )


def directed(pairs: object, n_node: int) -> torch.Tensor:
    """Both directions of undirected pairs, and loops (2, edge)."""
    return with_loops(both_ways(torch.tensor(pairs, dtype=torch.long).reshape(-1, 2)), n_node)


def untrained(graph: Graph, kind: str, seed: int, depth: int = 2) -> GraphNetwork:
    """A network for the graph with the weights that the seed draws."""
    heads = 1 if kind == "gcn" else HEADS
    count = len({label for label in graph.label if label})
    return GraphNetwork(kind, len(graph.node), HIDDEN * HEADS // heads, count, heads, depth).draw(seed)


@lru_cache(maxsize=32)
def learn(graph: Graph, told: tuple[bool, ...], kind: str, seed: int, depth: int = 2, decay: float = DECAY) -> Learned:
    """Layers, trained on the nodes that are told; nodes have no features but who they are (one-hot)."""
    classes = sorted({label for label in graph.label if label})
    label = torch.tensor([classes.index(name) if name else -1 for name in graph.label])
    known, nodes = torch.tensor(told), torch.eye(len(label))
    asked = (label >= 0) & ~known
    network = untrained(graph, kind, seed, depth)
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, weight_decay=decay)
    edges, losses, rights = directed(graph.pair, len(label)), [], []
    for step in range(STEPS + 1):
        scores = network(nodes, edges)
        loss = F.cross_entropy(scores[known], label[known])
        losses.append(loss.item())
        rights.append((scores.argmax(1) == label)[asked].float().mean().item())
        if step < STEPS:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return Learned(network.eval(), np.array(losses), np.array(rights))


@lru_cache(maxsize=32)
def layout(graph: Graph) -> np.ndarray:
    """Where the nodes are drawn (node, 2), in [0, 1], the same for the same graph.

    Springs along the edges, which every node then leaves for a place of its own (Geipel 2007): so long paths, parts
    that no edge joins and the neighbours of a hub do not lie on one another.
    """
    drawn = nx.Graph(list(graph.pair))
    drawn.add_nodes_from(range(len(graph.node)))
    places = nx.arf_layout(drawn, nx.spring_layout(drawn, seed=1), max_iter=100, seed=1)
    points = np.array([places[node] for node in range(len(graph.node))])
    low, high = points.min(0), points.max(0)
    return (points - low) / np.where(high > low, high - low, 1)


def project(features: np.ndarray) -> tuple[np.ndarray, float]:
    """Features (node, n) on their two principal components (node, 2), and the share of the variance that these hold."""
    centred = features - features.mean(0)
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(features), 2))
    points[:, : min(2, len(size))] = (left * size)[:, :2]
    points *= np.where(points[np.abs(points).argmax(0), [0, 1]] < 0, -1, 1)  # a component has no sign of its own
    total = float((size**2).sum())
    return points, float((size[:2] ** 2).sum() / total) if total else 1.0
