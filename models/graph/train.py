"""cora: GCN, GAT, GATv2 and masked dot-product attention on Cora, with its edges, without, and with others.

What it does: two layers of each kind, trained on 140 labelled papers by full gradients until the loss on the 500
validation papers has not fallen for 100 steps; the weights of the step with the least loss are tested on 1,000 papers.
Settings are the papers' own (GCN: Kipf & Welling 2017; the others: Veličković et al. 2018), so that the figures can be
compared; hidden sizes differ (16 against 8 heads of 8), parameters are recorded.
Edges: `citations` as they are; `none`, every paper alone, which is a network without a graph; `random`, as many edges
between papers drawn by the seed; `everyone`, the complete graph. Depth: the GCN and the GAT with 1 to 16 layers.
Run: python -m models.graph.train --data DIR
It goes on from the record in --out, a run at a time, and can be stopped at any time.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from models import training
from models.checkpoint import BUNDLED
from models.graph import cora
from models.graph.layers import GraphNetwork, both_ways, with_loops
from models.traces.graph import GRAPH_KINDS

RECORD = "recipe.json"


@dataclass(frozen=True)
class Kind:
    """What a kind of layer is trained with."""

    n_hidden: int = 8
    heads: int = 8
    rate: float = 0.005
    features: float = 0.6
    attention: float = 0.6
    """Dropout of a layer's input and of its weights."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data."""

    gcn: Kind = Kind(n_hidden=16, heads=1, rate=0.01, features=0.5, attention=0.0)
    gat: Kind = Kind()
    gatv2: Kind = Kind()
    dot_product: Kind = Kind()
    weight_decay: float = 5e-4
    patience: int = 100
    most_steps: int = 1000
    seeds: int = 10
    other_seeds: int = 3
    """Of every run that is not a kind with two layers and the citations."""
    depths: tuple[int, ...] = (1, 2, 4, 8, 16)


RECIPE = Recipe()


class Run(NamedTuple):
    """One training."""

    kind: str
    edges: str
    depth: int
    seed: int


def runs(recipe: Recipe) -> Iterator[Run]:
    """Every run once, those that tell most first."""
    for seed in range(recipe.other_seeds):
        yield from (Run(kind, edges, 2, seed) for edges in ("citations", "none", "random") for kind in GRAPH_KINDS)
    for depth in recipe.depths:
        if depth != 2:
            yield from (
                Run(kind, "citations", depth, seed) for seed in range(recipe.other_seeds) for kind in ("gcn", "gat")
            )
    for seed in range(recipe.other_seeds, recipe.seeds):
        yield from (Run(kind, "citations", 2, seed) for kind in GRAPH_KINDS)
    yield from (Run(kind, "everyone", 2, seed) for kind in ("gcn", "gat") for seed in range(recipe.other_seeds))


def edges_of(data: cora.Cora, name: str, seed: int) -> torch.Tensor:
    """Edges (2, edge) with loops by their name; a mask for the complete graph."""
    n_node = len(data.label)
    if name == "citations":
        return with_loops(both_ways(data.pairs), n_node)
    if name == "none":
        return with_loops(data.pairs.T[:, :0], n_node)
    if name == "random":
        drawn = torch.randint(n_node, (len(data.pairs), 2), generator=torch.Generator().manual_seed(seed))
        return with_loops(both_ways(drawn), n_node)
    return torch.ones(n_node, n_node, dtype=torch.bool)


def build(recipe: Recipe, run: Run, data: cora.Cora) -> GraphNetwork:
    """The network of a run, with the weights that its seed draws."""
    training.seed_everything(run.seed)
    kind: Kind = getattr(recipe, run.kind)
    drop = {"features": kind.features, "attention": kind.attention}
    n_in, n_class = data.words.shape[1], len(cora.CLASSES)
    return GraphNetwork(run.kind, n_in, kind.n_hidden, n_class, kind.heads, run.depth, **drop).draw(run.seed)


def train(recipe: Recipe, run: Run, data: cora.Cora) -> tuple[GraphNetwork, dict[str, Any]]:
    """The network at the step with the least validation loss, and what it reached."""
    network, edges = build(recipe, run, data), edges_of(data, run.edges, run.seed)
    rate = getattr(recipe, run.kind).rate
    optimizer = torch.optim.Adam(network.parameters(), lr=rate, weight_decay=recipe.weight_decay)
    best, best_step, best_weights, step = float("inf"), 0, {}, 0
    while step < recipe.most_steps and step - best_step < recipe.patience:
        step += 1
        network.train()
        optimizer.zero_grad()
        F.cross_entropy(network(data.words, edges)[data.train], data.label[data.train]).backward()
        optimizer.step()
        network.eval()
        with torch.no_grad():
            loss = F.cross_entropy(network(data.words, edges)[data.val], data.label[data.val]).item()
        if loss < best:
            best, best_step = loss, step
            best_weights = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(best_weights)
    reached = {part: accuracy(network, data, edges, getattr(data, part)) for part in ("val", "test")}
    steps = {"steps": step, "best_step": best_step}
    return network, {**run._asdict(), **steps, **reached, **apart(network, data, edges)}


def accuracy(network: GraphNetwork, data: cora.Cora, edges: torch.Tensor, nodes: torch.Tensor) -> float:
    """Share of right answers among some nodes."""
    with torch.no_grad():
        right = network(data.words, edges)[nodes].argmax(1) == data.label[nodes]
    return round(right.float().mean().item(), 4)


def apart(network: GraphNetwork, data: cora.Cora, edges: torch.Tensor) -> dict[str, float]:
    """How different the nodes are before the last layer: mean cosine distance of 20,000 pairs drawn once."""
    pairs = torch.randint(len(data.label), (2, 20_000), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        outputs, _ = network.walk(data.words, edges)
    nodes = outputs[-2] if len(outputs) > 1 else data.words
    return {"distance": round(1 - F.cosine_similarity(nodes[pairs[0]], nodes[pairs[1]]).mean().item(), 4)}


def opened(recipe: Recipe, digest: str, out: Path) -> dict[str, Any]:
    """The record in `out`, or one without runs. Raises SystemExit when it is of another recipe or of other data."""
    mine = {"recipe": json.loads(json.dumps(asdict(recipe))), "data": {cora.FILE: digest}}
    empty = {**mine, "torch": torch.__version__, "hours": 0.0, "runs": []}
    record = json.loads((out / RECORD).read_text(encoding="utf-8")) if (out / RECORD).exists() else empty
    if any(record[name] != value for name, value in mine.items()):
        raise SystemExit(f"{out / RECORD} is of another recipe or of other data; choose another folder with --out")
    return record


def train_all(recipe: Recipe, data: cora.Cora, record: dict[str, Any], out: Path) -> None:
    """Train every run that the record lacks, and write it to `out` after each one.

    Of the first seed of each kind on the citations the weights are kept too: it is trained anew where they are missing.
    """
    for run in runs(recipe):
        same = [row for row in record["runs"] if tuple(row[name] for name in Run._fields) == run]
        weights = out / f"{run.kind}.safetensors" if run == Run(run.kind, "citations", 2, 0) else None
        if same and (weights is None or weights.exists()):
            continue
        begun = time.perf_counter()
        network, row = train(recipe, run, data)
        if weights:
            save_file({name: value.half().contiguous() for name, value in network.state_dict().items()}, weights)
        seconds = time.perf_counter() - begun
        print(json.dumps({**row, "seconds": round(seconds)}), flush=True)
        record["hours"] = round(record["hours"] + seconds / 3600, 4)
        record["runs"] = [one for one in record["runs"] if one not in same] + [row]
        training.write_json(out / "record.part", record)
        (out / "record.part").rename(out / RECORD)


def main() -> None:
    """The command line: train what the record in --out lacks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with cora.npz")
    parser.add_argument(
        "--out", type=Path, default=BUNDLED / cora.NAME, help="the folder of the record, to go on from it"
    )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    record = opened(RECIPE, cora.sha256(arguments.data), arguments.out)
    train_all(RECIPE, cora.load(arguments.data), record, arguments.out)


if __name__ == "__main__":
    main()
