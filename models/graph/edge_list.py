"""A graph as a person or a table says it: a line for each edge, "Anna, Ben", and for each known class, "Anna: red".

A header, as tables have it, says what the lines below it are: "source,target,weight", or "node,class".
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import NamedTuple

from models.errors import InputError

MAX_NODES, MAX_EDGES, MAX_CLASSES, MAX_NAME = 300, 3_000, 8, 40
SIGNS = "\t;；,，、"
"""Between two cells, those that go before others first."""
COLONS = ":："
ARROWS = r"\s*(?:<?-+>|--+|—+|→|↔)\s*"
"""Between two names where there is no sign; without an arrow, a space."""
QUOTED = r'"[^"]*"'
EDGE_HEADER = (("source", "from", "起点"), ("target", "to", "终点"))
CLASS_HEADER = (("node", "name", "id", "节点"), ("class", "label", "group", "类别"))


@dataclass(frozen=True)
class Graph:
    """Names of the nodes; undirected edges as pairs of their numbers, each once; the class of each node, or ""."""

    node: tuple[str, ...]
    pair: tuple[tuple[int, int], ...]
    label: tuple[str, ...]
    doubled: int = 0
    """Lines that say an edge again, or lead from a node to itself (every node looks at itself anyway)."""


class Table(NamedTuple):
    """What a header says: the sign between cells, the two columns that count, whether they are a node and its class."""

    sign: str
    columns: tuple[int, int]
    classes: bool


class Line(NamedTuple):
    """Two names, an edge's or a node's and its class's, and the line in which they stand, from 1."""

    at: int
    first: str
    second: str
    classes: bool


def read(text: str) -> Graph:
    """The graph that is written. Raises InputError for a line that is neither, or what cannot be learned from."""
    found = _Found()
    for line in _lines(text):
        (found.add_class if line.classes else found.add_edge)(line)
    found.check()
    labels = tuple(found.labels.get(node, "") for node in found.number.values())
    return Graph(tuple(found.number), tuple(found.pairs), labels, found.doubled)


def _lines(text: str) -> Iterator[Line]:
    table: Table | None = None
    lines = StringIO(unicodedata.normalize("NFC", text.removeprefix("\ufeff")), newline=None)
    for at, line in enumerate(lines, 1):
        line = re.sub(r"[^\S\t]+", " ", line).strip()
        if not line or line.startswith("#"):
            continue
        bare = re.sub(QUOTED, "", line)
        sign, colon = (next((one for one in signs if one in bare), "") for signs in (SIGNS, COLONS))
        cells = _cells(line, sign)
        if header := _header(cells, sign):
            table = header
        elif table and sign == table.sign and len(cells) > max(table.columns):
            yield _line(at, [cells[column] for column in table.columns], table.classes, line)
        elif sign and colon:
            raise InputError("graph.both", line=at, text=line[:60])
        else:
            yield _line(at, _cells(line, colon) if colon else cells, bool(colon), line)


def _cells(line: str, sign: str) -> list[str]:
    """The cells between a sign, as CSV has them; without one, between arrows or spaces. Empty ones at the end go."""
    arrows = re.split(ARROWS, line)
    if not sign and len(arrows) > 1:
        return arrows
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter=sign or " ", skipinitialspace=True))]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _header(cells: list[str], sign: str) -> Table | None:
    words = [cell.casefold() for cell in cells]
    for classes, header in ((False, EDGE_HEADER), (True, CLASS_HEADER)):
        first, second = (next((at for at, word in enumerate(words) if word in names), -1) for names in header)
        if first >= 0 and second >= 0:
            return Table(sign, (first, second), classes)
    return None


def _line(at: int, cells: list[str], classes: bool, line: str) -> Line:
    if len(cells) != 2 or not all(cells):
        raise InputError("graph.line", line=at, text=line[:60])
    for name in cells:
        if len(name) > MAX_NAME:
            raise InputError("graph.name", line=at, maximum=MAX_NAME)
        if not name.isprintable():
            raise InputError("graph.unprintable", line=at)
    first, second = cells
    return Line(at, first, second, classes)


@dataclass
class _Found:
    number: dict[str, int] = field(default_factory=dict)
    pairs: dict[tuple[int, int], None] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    doubled: int = 0

    def node(self, name: str) -> int:
        found = self.number.setdefault(name, len(self.number))
        if len(self.number) > MAX_NODES:
            raise InputError("graph.nodes", maximum=MAX_NODES)
        return found

    def add_class(self, line: Line) -> None:
        before = self.labels.setdefault(self.node(line.first), line.second)
        if before != line.second:
            raise InputError("graph.two_classes", line=line.at, name=line.first, before=before, now=line.second)

    def add_edge(self, line: Line) -> None:
        first, second = sorted((self.node(line.first), self.node(line.second)))
        self.doubled += first == second or (first, second) in self.pairs
        if first != second:
            self.pairs[first, second] = None
        if len(self.pairs) > MAX_EDGES:
            raise InputError("graph.edges", maximum=MAX_EDGES)

    def check(self) -> None:
        classes = set(self.labels.values())
        if not self.pairs:
            raise InputError("graph.empty")
        if len(classes) < 2:
            raise InputError("graph.classes")
        if len(classes) > MAX_CLASSES:
            raise InputError("graph.many_classes", count=len(classes), maximum=MAX_CLASSES)
