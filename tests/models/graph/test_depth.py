"""What more layers hear follows from the edges, and how alike nodes are from the features."""

import numpy as np
import pytest
import torch

from models.graph import depth
from models.graph.edge_list import Graph

PATH = Graph(("a", "b", "c", "d", "e"), ((0, 1), (1, 2), (2, 3)), ("x", "", "", "y", ""))


def test_a_path_is_heard_edge_by_edge_and_what_has_no_way_never():
    adjacency = np.eye(5) + sum(np.eye(5)[[a, b]].T @ np.eye(5)[[b, a]] for a, b in PATH.pair)
    powers = [np.linalg.matrix_power(adjacency, layer) > 0 for layer in range(1, depth.LAYERS + 1)]
    expected = [(power.sum() - 5) / 20 for power in powers]
    np.testing.assert_allclose(depth.reached(PATH), expected)
    assert depth.reached(PATH)[-1] == 12 / 20


def test_nodes_are_as_far_apart_as_their_directions():
    assert depth.apart(torch.eye(3)) == pytest.approx(1)
    assert depth.apart(torch.tensor([[1.0, 1.0], [2.0, 2.0], [5.0, 5.0]])) == pytest.approx(0)


def test_the_trace_grows_from_first_weights_to_deep_networks(monkeypatch):
    monkeypatch.setattr(depth, "DEPTHS", (1, 2))
    monkeypatch.setattr(depth, "SEEDS", 2)
    first, last = depth.trace("own", "A, B\nB, C\nC, D\nA: x\nD: y", 0)
    assert np.isnan(first.trained_distance).sum() == 2 and np.isfinite(last.trained_distance).all()
    np.testing.assert_array_equal(first.distance, last.distance)
    assert last.trained_distance[:, 0] == pytest.approx([1, 1])
    assert np.isnan(last.right).all()
