"""What an exhibit is."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.text import Text


@dataclass(frozen=True)
class Exhibit:
    """One tab: `name` is its text file and its place in links, `build(text)` lays it out and connects it."""

    name: str
    build: Callable[[Text], None]
