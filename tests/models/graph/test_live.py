"""What is said of a small graph follows from its edges and from the weights that were learned on it."""

import numpy as np
import pytest
import torch

from models.errors import InputError
from models.graph.edge_list import read
from models.graph.layers import LAYERS
from models.graph.live import karate, layout, learn, opened, trace

KINDS = sorted(LAYERS)


@pytest.mark.parametrize("kind", KINDS)
def test_two_members_who_are_told_sort_most_of_the_club(kind):
    seen = trace("karate", "", kind, 0, ())
    assert seen.known.sum() == 2 and seen.right[-1] > 0.75 and seen.loss[-1] < 0.1 * seen.loss[0]
    assert seen.right[-1] == pytest.approx(np.mean((seen.probability.argmax(1) == seen.label)[~seen.known]), abs=0.05)
    assert np.array_equal(seen.probability, seen.whole)


@pytest.mark.parametrize("kind", ["gat", "gatv2", "dot_product"])
def test_weights_are_those_of_dense_attention_under_the_graphs_mask(kind):
    seen = trace("karate", "", kind, 0, ((0, 1), (2, 33)))
    graph, told = karate()
    network = learn(graph, tuple(told.tolist()), kind, 0).network
    mask = torch.zeros(34, 34, dtype=torch.bool)
    mask[seen.target.tolist(), seen.source.tolist()] = True
    outputs, weights = network.walk(torch.eye(34), mask)
    dense = torch.cat(weights).detach().numpy()[:, seen.target, seen.source]
    np.testing.assert_allclose(seen.weight, dense, atol=1e-5)
    np.testing.assert_allclose(seen.probability, outputs[-1].softmax(-1).detach().numpy(), atol=1e-5)


def test_a_cut_and_an_added_edge_are_gone_and_there_and_change_only_what_can_hear_of_them():
    seen = trace("karate", "", "gat", 0, ((16, 33), (0, 11), (5, 16)))
    pairs = set(zip(seen.source.tolist(), seen.target.tolist(), strict=True))
    assert seen.cut == ((0, 11), (5, 16)) and seen.added == ((16, 33),)
    assert (33, 16) in pairs and (16, 33) in pairs and (0, 11) not in pairs and (16, 5) not in pairs
    moved = np.abs(seen.probability - seen.whole).max(1)
    hears = {0, 11, 5, 16, 33} | {a for a, b in pairs if b in (0, 11, 5, 16, 33)}
    assert moved[[node for node in range(34) if node not in hears]].max() < 1e-6
    assert moved[11] > 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_with_all_edges_cut_every_node_takes_from_itself_alone(kind):
    seen = trace("own", "a b\nb c\na: x\nc: y", kind, 0, ((0, 1), (1, 2)))
    assert np.array_equal(seen.source, seen.target) and np.allclose(seen.weight, 1) and len(seen.cut) == 2


def test_the_same_seed_learns_the_same_beside_others():
    one = trace("karate", "", "gatv2", 3, ())
    learn.cache_clear()
    torch.manual_seed(99)
    again = trace("karate", "", "gatv2", 3, ())
    assert np.array_equal(one.weight, again.weight)


@pytest.mark.parametrize("changes", [((3, 3),), ((5, 2),), ((0, 34),), ((-1, 2),)])
def test_a_change_that_is_none_is_refused(changes):
    with pytest.raises(InputError):
        trace("karate", "", "gat", 0, changes)


def test_parts_that_no_edge_joins_are_drawn_apart_and_each_as_wide_as_it_needs():
    places = layout(read("a b\nb c\nb d\ne f\nf g\nh g\na: x\ne: y\nalone: x"))
    away = np.linalg.norm(places[:, None] - places, axis=-1) + np.eye(len(places))
    assert places.min() == 0 and places.max() == 1 and away.min() > 0.1


def test_ones_own_graph_is_learned_disconnected_parts_and_all():
    seen = trace("own", "a b\nb c\nd e\na: left\nd: right\nz: left", "gat", 0, ())
    assert seen.node == ("a", "b", "c", "d", "e", "z") and seen.classes == ("left", "right")
    assert seen.probability.argmax(1).tolist() == [0, 0, 0, 1, 1, 0]
    assert np.isnan(seen.right).all() and opened("own", "a b\na: x\nb: y")[1].all()
