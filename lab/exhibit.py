"""What an exhibit is, and where its saved first run lies."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.text import Text
from models.axes import Trace

RUNS = Path(__file__).resolve().parent.parent / "assets" / "runs"


@dataclass(frozen=True)
class Exhibit:
    """One tab: `name` is its text file, its saved run and its place in links.

    `build(text)` lays it out and connects it; `first()` is the run that a visitor sees before their own.
    """

    name: str
    build: Callable[[Text], None]
    first: Callable[[], Trace]


def saved_run(name: str) -> Path:
    """The file of an exhibit's saved first run; `python -m lab.runs` writes it."""
    return RUNS / f"{name}.npz"
