"""What two outputs share, in order."""

from collections.abc import Sequence
from difflib import SequenceMatcher


def matches(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of places (in `one`, in `other`) of equal tokens, each used once, rising in both (difflib)."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return [(block.a + at, block.b + at) for block in blocks for at in range(block.size)]


def changed(one: Sequence[int], other: Sequence[int]) -> float:
    """Share of the tokens of both that the other has not, in order: 0 for equal ones, 1 where nothing is shared; nan
    for two empty ones."""
    both = len(one) + len(other)
    return 1 - 2 * len(matches(one, other)) / both if both else float("nan")


def columns(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, int]]:
    """Both beside one another: places (in `one`, in `other`), -1 where a side has nothing; what is between two matches
    stands side by side."""
    found, at, then = [], 0, 0
    for match, its in [*matches(one, other), (len(one), len(other))]:
        for step in range(max(match - at, its - then)):
            found.append((at + step if at + step < match else -1, then + step if then + step < its else -1))
        found.append((match, its))
        at, then = match + 1, its + 1
    return found[:-1]
