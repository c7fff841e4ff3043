"""A graph as a person writes it: a line for each edge, "Anna, Ben", and for each known class, "Anna: red"."""

import re
from dataclasses import dataclass

from models.errors import InputError

MAX_NODES, MAX_EDGES, MAX_CLASSES, MAX_NAME = 300, 3_000, 8, 40
BETWEEN = r"\s*(?:->|--|—|→|[,，;；\t])\s*"
"""What may stand between two names; where none of it does, a space."""


@dataclass(frozen=True)
class Graph:
    """Names of the nodes; undirected edges as pairs of their numbers, each once; the class of each node, or ""."""

    node: tuple[str, ...]
    pair: tuple[tuple[int, int], ...]
    label: tuple[str, ...]
    doubled: int = 0
    """Lines that say an edge again, or lead from a node to itself (every node looks at itself anyway)."""


def read(text: str) -> Graph:
    """The graph that is written. Raises InputError for a line that is neither, or what cannot be learned from."""
    number: dict[str, int] = {}
    pairs: dict[tuple[int, int], None] = {}
    labels: dict[int, str] = {}
    doubled = 0
    for at, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if found := re.fullmatch(r"\s*([^:：]+?)\s*[:：]\s*(\S.*?)\s*", line):
            labels[_node(found[1], number, at)] = _name(found[2], at)
            continue
        ends = re.split(BETWEEN, line.strip())
        ends = line.split() if len(ends) == 1 else ends
        if len(ends) != 2 or not all(ends):
            raise InputError("graph.line", line=at, text=line.strip()[:60])
        first, second = sorted(_node(name, number, at) for name in ends)
        doubled += first == second or (first, second) in pairs
        if first != second:
            pairs[first, second] = None
        if len(pairs) > MAX_EDGES:
            raise InputError("graph.edges", maximum=MAX_EDGES)
    _check(pairs, labels)
    return Graph(tuple(number), tuple(pairs), tuple(labels.get(node, "") for node in number.values()), doubled)


def _node(name: str, number: dict[str, int], line: int) -> int:
    found = number.setdefault(_name(name, line), len(number))
    if len(number) > MAX_NODES:
        raise InputError("graph.nodes", maximum=MAX_NODES)
    return found


def _name(name: str, line: int) -> str:
    if len(name) > MAX_NAME or not name.isprintable():
        raise InputError("graph.name", line=line, maximum=MAX_NAME)
    return name


def _check(pairs: dict[tuple[int, int], None], labels: dict[int, str]) -> None:
    classes = set(labels.values())
    if not pairs:
        raise InputError("graph.empty")
    if len(classes) < 2:
        raise InputError("graph.classes")
    if len(classes) > MAX_CLASSES:
        raise InputError("graph.many_classes", count=len(classes), maximum=MAX_CLASSES)
