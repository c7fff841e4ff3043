"""Papers of Cora, and all that decides what two layers say of one: the papers at most two citations away.

checkpoints/cora has the words of these papers alone. That the outermost of them have more citations, by which a GCN
weighs, is kept as well: as many edges from one further node without words, which reach no answer.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import torch
from safetensors.torch import load_file

from models.checkpoint import BUNDLED
from models.errors import InputError
from models.graph import cora
from models.graph.edge_list import Graph
from models.graph.layers import GraphNetwork
from models.graph.live import Changes, directed, layout
from models.progress import NO_PROGRESS, Progress
from models.shipped import whole
from models.traces.graph import PaperTrace

FILE = "papers.safetensors"
LAYERS = 2


class Extract(NamedTuple):
    """Some papers' surroundings; a paper's number is its row in Cora, and `pairs` are of rows here."""

    number: torch.Tensor
    """(paper,)"""
    words: torch.Tensor
    """(paper, byte), packed"""
    label: torch.Tensor
    told: torch.Tensor
    degree: torch.Tensor
    """(paper,), citations in all of Cora"""
    pairs: torch.Tensor
    """(pair, 2)"""
    asked: torch.Tensor
    """(asked,), the numbers of the papers whose surroundings these are"""
    scores: torch.Tensor
    """(kind, asked, class), before softmax, on the whole of Cora, with GRAPH_KINDS"""


class Surroundings(NamedTuple):
    """A paper, which is the first node, and those that it hears of, the nearest first."""

    row: list[int]
    """Of the extract."""
    hop: np.ndarray
    pair: tuple[tuple[int, int], ...]
    words: torch.Tensor
    """(node + 1, WORDS); the last has none, and stands for all that is farther away."""
    outside: torch.Tensor
    """Edges (2, edge) from there, as many as a paper has citations elsewhere."""


def read(folder: Path) -> Extract:
    """The extract in a folder."""
    return Extract(**load_file(folder / FILE))


def network(folder: Path, kind: str) -> GraphNetwork:
    """A kind's network in a folder, as float32, in eval mode."""
    settings = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))["recipe"][kind]
    made = GraphNetwork(kind, cora.WORDS, settings["n_hidden"], len(cora.CLASSES), settings["heads"], LAYERS)
    made.load_state_dict({name: value.float() for name, value in load_file(folder / f"{kind}.safetensors").items()})
    return made.eval().requires_grad_(False)


def around(extract: Extract, number: int) -> Surroundings:
    """A paper's surroundings. number: one of those that were asked."""
    graph = nx.Graph(extract.pairs.tolist())
    hops = nx.single_source_shortest_path_length(graph, extract.number.tolist().index(number), cutoff=LAYERS)
    row = sorted(hops, key=lambda one: (hops[one], one))
    inner = nx.relabel_nodes(graph.subgraph(row), {one: node for node, one in enumerate(row)})
    outside = extract.degree[row] - torch.tensor([inner.degree[node] for node in range(len(row))])
    words = cora.unpacked(extract.words[row])
    far = torch.arange(len(row)).repeat_interleave(outside)
    return Surroundings(
        row=row,
        hop=np.array([hops[one] for one in row]),
        pair=tuple(sorted((min(pair), max(pair)) for pair in inner.edges)),
        words=torch.cat([words, torch.zeros(1, cora.WORDS)]),
        outside=torch.stack([torch.full_like(far, len(row)), far]),
    )


def walk(
    network: GraphNetwork, known: Surroundings, pairs: list[tuple[int, int]]
) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
    """The paper's scores before softmax (class,); edges (2, edge) among the papers, and their weights (edge, head)."""
    count = len(known.row)
    edges = torch.cat([directed(pairs, count + 1), known.outside], 1)
    outputs, weights = network.walk(known.words, edges)
    inside = (edges < count).all(0)
    return outputs[-1][0], edges[:, inside], [weight[inside] for weight in weights]


@lru_cache(maxsize=16)
def _opened(paper: int, kind: str) -> tuple[Extract, Surroundings, GraphNetwork]:
    folder = whole(BUNDLED / cora.NAME)
    extract = read(folder)
    return extract, around(extract, paper), network(folder, kind)


def trace(paper: int, kind: str, cuts: Changes, progress: Progress = NO_PROGRESS) -> PaperTrace:
    """What a kind's network says of a paper with some edges cut, and what it would say with one more cut.

    paper: one of PAPERS. Raises InputError for a cut that is no edge.
    """
    extract, known, network = _opened(paper, kind)
    if not set(cuts) <= set(known.pair):
        raise InputError("graph.change")
    left = [pair for pair in known.pair if pair not in cuts]

    def says(pairs: list[tuple[int, int]]) -> np.ndarray:
        progress.beat()
        return walk(network, known, pairs)[0].softmax(-1).numpy()

    with torch.inference_mode():
        scores, edges, weights = walk(network, known, left)
        without = [says([one for one in left if one != pair]) if pair in left else UNCUT for pair in known.pair]
        whole = says(list(known.pair))
    node = tuple(str(number) for number in extract.number[known.row].tolist())
    return PaperTrace(
        kind=kind,
        node=node,
        classes=cora.CLASSES,
        cut=tuple(cuts),
        pair=known.pair,
        label=extract.label[known.row].numpy(),
        known=extract.told[known.row].numpy(),
        hop=known.hop,
        place=layout(Graph(node, known.pair, ("",) * len(node))),
        **_edges(edges, weights, known.hop),
        probability=scores.softmax(-1).numpy(),
        whole=whole,
        without=np.stack(without),
    )


UNCUT = np.full(len(cora.CLASSES), np.nan, np.float32)


def _edges(edges: torch.Tensor, weights: list[torch.Tensor], hop: np.ndarray) -> dict[str, Any]:
    """Edges and their weights as the trace has them: nan where they depend on papers that are farther away."""
    source, target = edges.numpy()
    decides = [hop[target] < len(weights) - layer for layer in range(len(weights))]
    heads = [weight.shape[1] for weight in weights]
    rows = [np.where(one, weight.T.numpy(), np.nan) for one, weight in zip(decides, weights, strict=True)]
    return {
        "source": source,
        "target": target,
        "weight": np.concatenate(rows),
        "channel_layer": np.repeat(np.arange(len(heads)), heads),
        "channel_head": np.concatenate([np.arange(count) for count in heads]),
    }
