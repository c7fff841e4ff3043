"""Our graph layers are the library's, edge by edge; masked dense attention is the same layer."""

import networkx as nx
import pytest
import torch
from torch_geometric.nn import GATConv, GATv2Conv, GCNConv, TransformerConv

from models.graph.layers import LAYERS, GraphNetwork, both_ways, to_mask, with_loops

KINDS = sorted(LAYERS)
SCORED = ("dot_product", "gat", "gatv2")


@pytest.fixture
def graph():
    """A random graph with a node that has no neighbour, its features, and edges with loops."""
    made = nx.gnm_random_graph(14, 30, seed=3)
    made.add_node(14)
    torch.manual_seed(0)
    return torch.randn(15, 6), with_loops(both_ways(torch.tensor(list(made.edges))), 15)


def layer(kind, concat=True, heads=3):
    made = LAYERS[kind](6, 4, 1 if kind == "gcn" else heads, concat)
    generator = torch.Generator().manual_seed(1)
    for value in made.parameters():
        torch.nn.init.normal_(value, generator=generator)
    return made.eval().requires_grad_(False)


NAMES = {
    "gcn": {"lin.weight": "weight.weight", "bias": "bias"},
    "gat": {"lin.weight": "weight.weight", "att_dst": "looking", "att_src": "being_seen", "bias": "bias"},
    "gatv2": {"lin_r": "looking", "lin_l": "being_seen", "att": "vote", "bias": "bias"},
    "dot_product": {"lin_query": "query", "lin_key": "key", "lin_value": "value"},
}
"""The library's names of our parameters and maps; its dot product adds no bias at the end."""


def copied(kind, ours, concat):
    """PyTorch Geometric's layer with our weights."""
    size = (6, 4, ours.size[0], concat)
    made = {
        "gcn": lambda: GCNConv(6, 4, add_self_loops=False),
        "gat": lambda: GATConv(*size, add_self_loops=False),
        "gatv2": lambda: GATv2Conv(*size, add_self_loops=False),
        "dot_product": lambda: TransformerConv(*size, root_weight=False),
    }[kind]()
    state, weights = made.state_dict(), ours.state_dict()
    for name in state.keys() - {"lin_skip.weight", "lin_skip.bias"}:  # the root weight's, which there is none of
        theirs, own = next(pair for pair in NAMES[kind].items() if name.startswith(pair[0]))
        state[name] = weights[name.replace(theirs, own, 1)].reshape(state[name].shape)
    made.load_state_dict(state)
    return made.eval()


@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_is_the_librarys(kind, concat, graph):
    nodes, edges = graph
    ours = layer(kind, concat)
    if kind == "dot_product":
        torch.nn.init.zeros_(ours.bias)
    theirs = copied(kind, ours, concat)
    taken, weights = ours(nodes, edges)
    if kind == "gcn":
        torch.testing.assert_close(taken, theirs(nodes, edges), atol=1e-5, rtol=1e-5)
        return
    wanted, (seen, their_weights) = theirs(nodes, edges, return_attention_weights=True)
    assert torch.equal(seen, edges)
    torch.testing.assert_close(taken, wanted, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(weights, their_weights, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_masked_self_attention_is_the_same_layer(kind, graph):
    nodes, edges = graph
    made = layer(kind)
    taken, weights = made(nodes, edges)
    dense, matrix = made.masked(nodes, to_mask(edges, len(nodes)))
    torch.testing.assert_close(dense, taken, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(matrix[:, edges[1], edges[0]].T, weights, atol=1e-6, rtol=1e-5)
    if kind in SCORED:
        torch.testing.assert_close(matrix.sum(-1), torch.ones(3, len(nodes)))


def test_who_may_look_at_nothing_takes_the_bias_alone(graph):
    nodes, edges = graph
    made = layer("gat")
    taken, _ = made.masked(nodes, to_mask(edges[:, edges[1] != 14], len(nodes)))
    assert torch.equal(taken[14], made.bias)


@pytest.mark.parametrize("kind", KINDS)
def test_other_numbers_of_the_nodes_change_nothing_else(kind, graph):
    nodes, edges = graph
    torch.manual_seed(2)
    network, order = GraphNetwork(kind, 6, 4, 3, heads=1 if kind == "gcn" else 2).draw(2).eval(), torch.randperm(15)
    place = order.argsort()
    torch.testing.assert_close(network(nodes[order], place[edges]), network(nodes, edges)[order], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_cut_edge_changes_only_what_lies_within_reach(kind, depth):
    path = with_loops(both_ways(torch.tensor([[i, i + 1] for i in range(11)])), 12)
    torch.manual_seed(0)
    nodes, network = torch.randn(12, 6), GraphNetwork(kind, 6, 4, 3, depth=depth).draw(0).eval()
    cut = path[:, ~((path == torch.tensor([[5], [6]])).all(0) | (path == torch.tensor([[6], [5]])).all(0))]
    change = (network(nodes, cut) - network(nodes, path)).abs().amax(1)
    reach = depth + (kind == "gcn")  # a degree is felt one edge further
    inside = [i for i in range(12) if min(abs(i - 5), abs(i - 6)) < reach]
    assert change[[i for i in range(12) if i not in inside]].max() == 0
    assert change[[i for i in range(12) if min(abs(i - 5), abs(i - 6)) < depth]].min() > 0


def test_gat_orders_the_seen_alike_for_all_who_look_and_the_others_do_not():
    torch.manual_seed(0)
    nodes = torch.randn(20, 6)
    everyone = torch.ones(20, 20, dtype=torch.bool)
    orders = {kind: layer(kind).masked(nodes, everyone)[1].argsort(-1) for kind in SCORED}
    assert (orders["gat"] == orders["gat"][:, :1]).all()
    assert not (orders["gatv2"] == orders["gatv2"][:, :1]).all()
    assert not (orders["dot_product"] == orders["dot_product"][:, :1]).all()
