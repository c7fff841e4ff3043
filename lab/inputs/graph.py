"""A graph as a visitor may write it, and the edges that a visitor cuts or adds."""

from dataclasses import dataclass
from typing import Any, ClassVar

from lab.inputs.hidden import rows_schema, whole_numbers
from lab.inputs.kinds import Input
from models.errors import InputError

EXAMPLE = """A, B
A, C
B, C
B, D
C, D
D, E
E, F
E, G
F, G
F, H
G, H
A: 1
H: 2"""
MAX_CHANGES = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class EdgeChanges(Input):
    """Undirected edges, pairs (smaller, larger) of nodes, each once: one that is there is cut, another is added. A new
    question starts without any."""

    default: tuple[tuple[int, int], ...] = ()
    hidden: ClassVar[bool] = True
    form: ClassVar[str] = "edges"
    bad: ClassVar[tuple[Any, ...]] = (
        *(None, {}, "x", 3, [1], [[1]], [[1, 1]], [[2, 1]], [[-1, 2]], [[0, 1.5]], [[False, 1]], [[0, 1, 2]]),
        *([[0, 1], [0, 1]], [[0, node + 1] for node in range(MAX_CHANGES + 1)]),
    )

    @property
    def schema(self) -> dict[str, Any]:
        return rows_schema(2, MAX_CHANGES)

    def checked(self, sent: Any) -> tuple[tuple[int, int], ...]:
        if not isinstance(sent, list | tuple) or not all(map(_is_edge, sent[: MAX_CHANGES + 1])):
            raise InputError("graph.change")
        if len(sent) > MAX_CHANGES:
            raise InputError("graph.many_changes", maximum=MAX_CHANGES)
        pairs = tuple((first, second) for first, second in sent)
        if len(set(pairs)) < len(pairs):
            raise InputError("graph.change")
        return pairs


def _is_edge(pair: Any) -> bool:
    return whole_numbers(pair, 2) and pair[0] < pair[1]
