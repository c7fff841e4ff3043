"""What of Cora is shipped: papers whose answers one looks at, and what decides these answers.

Of the test papers with MIN_NEAR to MAX_NEAR papers within two citations a seed draws HALF whose field every kind of
network says rightly, and as many of which at least one kind is wrong.
Run: python -m models.graph.extract --data DIR, once the networks are trained; models.traces.graph.PAPERS names them too
"""

import argparse
from pathlib import Path

import networkx as nx
import torch
from safetensors.torch import save_file

from models.checkpoint import BUNDLED
from models.graph import cora, papers
from models.graph.layers import both_ways, with_loops
from models.graph.papers import LAYERS, Extract
from models.traces.graph import GRAPH_KINDS

SEED, HALF, MIN_NEAR, MAX_NEAR = 0, 6, 12, 40


def chosen(data: cora.Cora, scores: torch.Tensor) -> list[int]:
    """The numbers of the papers, by size. scores: (kind, node, class)."""
    graph = citations(data)
    near = {paper: len(within(graph, [paper])) for paper in data.test.tolist()}
    right = (scores.argmax(-1) == data.label).all(0)
    generator = torch.Generator().manual_seed(SEED)
    found: list[int] = []
    for wanted in (True, False):
        fit = [one for one, count in near.items() if MIN_NEAR <= count <= MAX_NEAR and bool(right[one]) == wanted]
        found += [fit[place] for place in torch.randperm(len(fit), generator=generator)[:HALF].tolist()]
    return sorted(found)


def citations(data: cora.Cora) -> nx.Graph:
    """All papers, those that nobody cites too."""
    graph = nx.Graph(data.pairs.tolist())
    graph.add_nodes_from(range(len(data.label)))
    return graph


def within(graph: nx.Graph, centres: list[int]) -> list[int]:
    """All papers at most LAYERS citations away from one of these, and these."""
    return sorted({one for centre in centres for one in nx.single_source_shortest_path(graph, centre, LAYERS)})


def extract(data: cora.Cora, folder: Path) -> Extract:
    """What is shipped of Cora beside the networks in `folder`."""
    count = len(data.label)
    edges = with_loops(both_ways(data.pairs), count)
    with torch.inference_mode():
        scores = torch.stack([papers.network(folder, kind)(data.words, edges) for kind in GRAPH_KINDS])
    asked = chosen(data, scores)
    number = torch.tensor(within(citations(data), asked))
    place = torch.full((count,), -1).index_put((number,), torch.arange(len(number)))
    pairs = place[data.pairs]
    return Extract(
        number=number,
        words=cora.packed(data.words[number]),
        label=data.label[number],
        told=torch.isin(number, data.train),
        degree=torch.bincount(data.pairs.flatten(), minlength=count)[number],
        pairs=pairs[(pairs >= 0).all(1)],
        asked=torch.tensor(asked),
        scores=scores[:, asked].contiguous(),
    )


def main() -> None:
    """The command line: write the extract beside the networks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with cora.npz")
    parser.add_argument("--out", type=Path, default=BUNDLED / cora.NAME, help="the folder of the networks")
    arguments = parser.parse_args()
    found = extract(cora.load(arguments.data), arguments.out)
    save_file(found._asdict(), arguments.out / papers.FILE)


if __name__ == "__main__":
    main()
