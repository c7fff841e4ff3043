"""Whether all queries rank the keys in the same order: static and dynamic attention (Brody et al. 2022)."""

from copy import deepcopy
from typing import Any

import numpy as np
import torch

from models.graph.layers import GraphNetwork
from models.graph.live import DECAY, learn, opened, untrained
from models.progress import NO_PROGRESS, Progress
from models.traces.graph import RANKED_WEIGHTS, SCORED_KINDS, RankingTrace


def trace(graph: str, edges: str, seed: int, progress: Progress = NO_PROGRESS) -> RankingTrace:
    """Networks of every kind on one graph, before and after training. Raises InputError for a graph that is none."""
    whole, told = opened(graph, edges)
    decays = {"decayed": DECAY, "free": 0.0}

    def network(kind: str, weights: str) -> GraphNetwork:
        progress.beat()
        if weights == "drawn":
            return untrained(whole, kind, seed)
        return learn(whole, tuple(told.tolist()), kind, seed, decay=decays[weights]).network

    found = [[scores(network(kind, weights)) for kind in SCORED_KINDS] for weights in RANKED_WEIGHTS]
    return RankingTrace(
        kind=SCORED_KINDS,
        node=whole.node,
        rank=np.array([[ranking(one) for one in kinds] for kinds in found], np.int16),
        spread=np.array([[np.ptp(one, axis=-1).mean(-1) for one in kinds] for kinds in found]),
    )


def ranking(scores: np.ndarray) -> np.ndarray:
    """The place of every key in the order of every query: (head, query, key), as the scores."""
    return (-scores).argsort(axis=-1, kind="stable").argsort(axis=-1)


def scores(network: GraphNetwork) -> np.ndarray:
    """What the first layer gives every key for every query (head, query, key), whether the graph allows it or not.

    Nodes are told by their numbers alone (one-hot). In double precision, so that rounding makes no two scores the same.
    """
    layer: Any = deepcopy(network.layers[0]).double()
    with torch.inference_mode():
        looks, seen, _ = layer.parts(torch.eye(layer.n_in, dtype=torch.float64))
        return layer.score(looks[:, None], seen[None]).permute(2, 0, 1).numpy()
