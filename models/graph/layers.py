"""Graph layers, written to be read: what a node takes from the nodes that it looks at, as a weighted sum of values.

A graph is `edges` (2, edge), numbers of nodes: row 0 is looked at (source), row 1 looks (target). A node looks at
itself where the edges say so (`with_loops`). Or it is a `mask` (target, source) of booleans: self-attention with a mask
is the same layer. GCN: Kipf & Welling 2017; GAT: Veličković et al. 2018; GATv2: Brody et al. 2022; dot product: Vaswani
et al. 2017, masked by the graph.
"""

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

SLOPE = 0.2
"""Of the leaky ReLU in additive scores."""


def with_loops(edges: torch.Tensor, n_node: int) -> torch.Tensor:
    """The same edges (2, edge) and one from every node to itself; loops that were there are not doubled."""
    loops = torch.arange(n_node, device=edges.device).expand(2, -1)
    return torch.cat([edges[:, edges[0] != edges[1]], loops], 1)


def both_ways(pairs: torch.Tensor) -> torch.Tensor:
    """Edges (2, edge) in both directions of undirected pairs (pair, 2)."""
    return torch.cat([pairs.T, pairs.T.flip(0)], 1)


def to_mask(edges: torch.Tensor, n_node: int) -> torch.Tensor:
    """The graph as a mask (target, source): who may look at whom."""
    mask = torch.zeros(n_node, n_node, dtype=torch.bool, device=edges.device)
    mask[edges[1], edges[0]] = True
    return mask


def softmax_by_target(scores: torch.Tensor, target: torch.Tensor, n_node: int) -> torch.Tensor:
    """Softmax of scores (edge, head) over the edges of each target."""
    index = target[:, None].expand_as(scores)
    highest = scores.new_full((n_node, scores.shape[1]), -math.inf).scatter_reduce(0, index, scores, "amax")
    weights = (scores - highest[target].detach()).exp()
    return weights / scores.new_zeros(n_node, scores.shape[1]).index_add(0, target, weights)[target]


class Attention(nn.Module):
    """Attention along edges, several heads side by side (or, where not `concat`, averaged).

    `parts` makes of nodes (node, n_in) what looks, what is looked at and what is taken, each (node, head, n_out);
    `score` says how much one cares for another, for whatever shapes broadcast.
    """

    def __init__(self, n_in: int, n_out: int, heads: int, concat: bool, dropout: float = 0.0) -> None:
        super().__init__()
        self.n_in, self.size, self.concat, self.dropout = n_in, (heads, n_out), concat, dropout
        self.bias = nn.Parameter(torch.zeros(heads * n_out if concat else n_out))

    def linear(self, bias: bool = False) -> nn.Linear:
        """A map from nodes to all heads."""
        return nn.Linear(self.n_in, math.prod(self.size), bias=bias)

    def vector(self) -> nn.Parameter:
        """A vector for each head (head, n_out)."""
        return nn.Parameter(torch.empty(self.size))

    def parts(self, nodes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What looks, what is looked at, what is taken."""
        raise NotImplementedError

    def score(self, looks: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Scores (…, head) of pairs (…, head, n_out)."""
        raise NotImplementedError

    def forward(self, nodes: torch.Tensor, edges: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What each node takes (node, n) and the weights (edge, head)."""
        looks, seen, values = self.parts(nodes)
        source, target = edges
        weights = softmax_by_target(self.score(looks[target], seen[source]), target, len(nodes))
        kept = F.dropout(weights, self.dropout, self.training)
        taken = torch.zeros_like(values).index_add(0, target, kept[..., None] * values[source])
        return self.joined(taken), weights

    def masked(self, nodes: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The same as self-attention with a mask (target, source): all pairs are scored.

        The weights are (head, target, source). A node that may look at nothing takes zeros.
        """
        looks, seen, values = self.parts(nodes)
        scores = self.score(looks[:, None], seen[None]).permute(2, 0, 1)
        weights = scores.masked_fill(~mask, -math.inf).softmax(-1).nan_to_num(0.0)
        kept = F.dropout(weights, self.dropout, self.training)
        return self.joined(torch.einsum("hij,jhd->ihd", kept, values)), weights

    def joined(self, taken: torch.Tensor) -> torch.Tensor:
        """Heads (node, head, n_out) side by side or averaged, with the bias."""
        return (taken.flatten(1) if self.concat else taken.mean(1)) + self.bias


class Gat(Attention):
    """Additive scores: LeakyReLU(a · [W x_i ‖ W x_j]), the sum of a term of who looks and one of who is seen."""

    def __init__(self, n_in: int, n_out: int, heads: int, concat: bool, dropout: float = 0.0) -> None:
        super().__init__(n_in, n_out, heads, concat, dropout)
        self.weight, self.looking, self.being_seen = self.linear(), self.vector(), self.vector()

    def parts(self, nodes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """One map for all three."""
        mapped = self.weight(nodes).unflatten(1, self.size)
        return mapped, mapped, mapped

    def score(self, looks: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """The leaky ReLU comes after the sum, so the order of the seen is the same for all who look."""
        return F.leaky_relu((looks * self.looking).sum(-1) + (seen * self.being_seen).sum(-1), SLOPE)


class GatV2(Attention):
    """Additive scores with the leaky ReLU inside: a · LeakyReLU(W x_i + V x_j)."""

    def __init__(self, n_in: int, n_out: int, heads: int, concat: bool, dropout: float = 0.0) -> None:
        super().__init__(n_in, n_out, heads, concat, dropout)
        self.looking, self.being_seen, self.vote = self.linear(bias=True), self.linear(bias=True), self.vector()

    def parts(self, nodes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What is taken is what is looked at."""
        seen = self.being_seen(nodes).unflatten(1, self.size)
        return self.looking(nodes).unflatten(1, self.size), seen, seen

    def score(self, looks: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """The vector comes after the leaky ReLU, so each who looks may have an order of its own."""
        return (F.leaky_relu(looks + seen, SLOPE) * self.vote).sum(-1)


class DotProduct(Attention):
    """A Transformer's scores: q_i · k_j / √n_out."""

    def __init__(self, n_in: int, n_out: int, heads: int, concat: bool, dropout: float = 0.0) -> None:
        super().__init__(n_in, n_out, heads, concat, dropout)
        self.query, self.key, self.value = (self.linear(bias=True) for _ in range(3))

    def parts(self, nodes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Query, key and value."""
        query, key, value = (map_(nodes).unflatten(1, self.size) for map_ in (self.query, self.key, self.value))
        return query, key, value

    def score(self, looks: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Scaled dot products."""
        return (looks * seen).sum(-1) / math.sqrt(self.size[1])


class Gcn(Attention):
    """No scores: 1 / √(d_i d_j) of the degrees, loops counted. heads is 1."""

    def __init__(self, n_in: int, n_out: int, heads: int, concat: bool, dropout: float = 0.0) -> None:
        super().__init__(n_in, n_out, heads, concat, dropout)
        self.weight = self.linear()

    def forward(self, nodes: torch.Tensor, edges: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What each node takes (node, n) and the weights (edge, 1)."""
        values = self.weight(nodes)
        source, target = edges
        degree = torch.bincount(target, minlength=len(nodes)).to(values)
        weights = (degree[source] * degree[target]).rsqrt()[:, None]
        return torch.zeros_like(values).index_add(0, target, weights * values[source]) + self.bias, weights

    def masked(self, nodes: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The same with a mask (target, source); weights (1, target, source)."""
        degree = mask.sum(1).to(nodes)
        weights = mask * torch.outer(degree, degree).clamp(min=1).rsqrt()
        return weights @ self.weight(nodes) + self.bias, weights[None]


LAYERS: dict[str, type[Attention]] = {"gcn": Gcn, "gat": Gat, "gatv2": GatV2, "dot_product": DotProduct}


class GraphNetwork(nn.Module):
    """Layers of one kind, as many as `depth`; hidden ones with `heads` side by side, the last with one head.

    forward(nodes (node, n_in), graph) gives scores before softmax (node, n_class); `walk` also every layer's output and
    weights. The graph is edges or, for many of them, a mask.
    """

    def __init__(
        self, kind: str, n_in: int, n_hidden: int, n_class: int, heads: int = 1, depth: int = 2, **drop: float
    ) -> None:
        super().__init__()
        self.drop = drop.get("features", 0.0)
        sizes = [n_in, *[n_hidden * heads] * (depth - 1)]
        self.layers = nn.ModuleList()
        for at, size in enumerate(sizes):
            last = at == depth - 1
            made = LAYERS[kind](
                size, n_class if last else n_hidden, 1 if last else heads, not last, drop.get("attention", 0.0)
            )
            self.layers.append(made)

    def draw(self, seed: int) -> "GraphNetwork":
        """First weights by a seed: Glorot's for matrices and vectors, zero for biases."""
        generator = torch.Generator().manual_seed(seed)
        for name, value in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(value)
            else:
                nn.init.xavier_uniform_(value, generator=generator)
        return self

    def walk(self, nodes: torch.Tensor, graph: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """The output of every layer (node, n), after ELU but for the last, and its weights, as the layer gives them."""
        outputs, weights = [], []
        for at, layer in enumerate(self.layers):
            attend: Any = layer.masked if graph.dtype == torch.bool else layer
            nodes, weight = attend(F.dropout(nodes, self.drop, self.training), graph)
            nodes = nodes if at == len(self.layers) - 1 else F.elu(nodes)
            outputs.append(nodes)
            weights.append(weight)
        return outputs, weights

    def forward(self, nodes: torch.Tensor, graph: torch.Tensor) -> Any:
        """Scores before softmax (node, n_class)."""
        return self.walk(nodes, graph)[0][-1]
