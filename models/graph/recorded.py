"""What the recipe recorded of networks on Cora, as far as it has run."""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from models.checkpoint import BUNDLED
from models.graph import cora
from models.graph.layers import GraphNetwork
from models.progress import NO_PROGRESS, Progress
from models.shipped import whole
from models.traces.graph import GRAPH_EDGES, GRAPH_KINDS, TRAINED_GRAPH_KINDS, CoraTrace

DEVICE = "CPU"
"""On which the recipe trains."""


def read(progress: Progress = NO_PROGRESS) -> CoraTrace:
    """The runs that come with the lab."""
    progress.beat()
    return recorded(whole(BUNDLED / cora.NAME))


@lru_cache(maxsize=1)
def recorded(folder: Path) -> CoraTrace:
    """The runs whose recipe.json is in `folder`. Raises FileNotFoundError when there is none."""
    report = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    recipe, rows = report["recipe"], report["runs"]

    def reached(name: str, chosen: Callable[[dict[str, Any]], bool]) -> list[float]:
        values = [row[name] for row in sorted(rows, key=lambda row: row["seed"]) if chosen(row)]
        return values + [float("nan")] * (recipe["seeds"] - len(values))

    def table(edges: str, kind: str, depth: int) -> Callable[[dict[str, Any]], bool]:
        return lambda row: (row["edges"], row["kind"], row["depth"]) == (edges, kind, depth)

    def deep(name: str) -> np.ndarray:
        return np.array(
            [
                [reached(name, table("citations", kind, depth)) for depth in recipe["depths"]]
                for kind in TRAINED_GRAPH_KINDS
            ]
        )

    accuracy = [[reached("test", table(edges, kind, 2)) for kind in GRAPH_KINDS] for edges in GRAPH_EDGES]
    return CoraTrace(
        kind=GRAPH_KINDS,
        device=DEVICE,
        parameters=np.array([parameters(kind, recipe[kind]) for kind in GRAPH_KINDS]),
        accuracy=np.array(accuracy),
        depth=np.array(recipe["depths"]),
        deep_accuracy=deep("test"),
        deep_distance=deep("distance"),
    )


def parameters(kind: str, settings: dict[str, Any]) -> int:
    """Of a network of two layers on Cora."""
    network = GraphNetwork(kind, cora.WORDS, settings["n_hidden"], len(cora.CLASSES), settings["heads"])
    return sum(parameter.numel() for parameter in network.parameters())
