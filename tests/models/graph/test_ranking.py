"""Who ranks the keys as everybody else does: GAT by its formula, whatever its weights."""

import numpy as np
import pytest
import torch

from models.graph import ranking
from models.graph.layers import GraphNetwork
from models.traces import RANKED_WEIGHTS, SCORED_KINDS


def test_a_gat_has_one_order_trained_or_not_and_the_others_have_more_unless_weight_decay_takes_them():
    found = ranking.trace("karate", "", 0)
    orders = [
        [[len(np.unique(rank, axis=0)) for rank in heads] for heads in weights] for weights in found.rank
    ]  # weights, kind, head
    gat = SCORED_KINDS.index("gat")
    assert [weights[gat] for weights in orders] == [[1] * 4] * len(RANKED_WEIGHTS)
    for weights in (orders[RANKED_WEIGHTS.index(name)] for name in ("drawn", "free")):
        assert min(weights[SCORED_KINDS.index("gatv2")] + weights[SCORED_KINDS.index("dot_product")]) > 10


@pytest.mark.parametrize("kind", SCORED_KINDS)
def test_ranks_are_those_of_the_attention_on_the_complete_graph(kind):
    network = GraphNetwork(kind, 7, 3, 2, 2).draw(1)
    _, weights = network.walk(torch.eye(7), torch.ones(7, 7, dtype=torch.bool))
    scores = ranking.scores(network)
    rank = ranking.ranking(scores)
    for attention, places in zip(weights[0].detach().numpy().reshape(-1, 7), rank.reshape(-1, 7), strict=True):
        assert (np.diff(attention[places.argsort()]) <= 1e-7).all()


def test_the_spread_is_how_far_a_querys_scores_lie_apart():
    found = ranking.trace("karate", "", 0)
    network = ranking.untrained(ranking.opened("karate", "")[0], SCORED_KINDS[0], 0)
    scores = ranking.scores(network)
    np.testing.assert_allclose(found.spread[0, 0], (scores.max(-1) - scores.min(-1)).mean(-1))
