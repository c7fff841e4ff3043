"""Which models of the Hub visitors of a public server may open: those of hub_models.toml, and what its owner adds."""

import os
import re
import tomllib
from functools import cache
from pathlib import Path

from models.errors import InputError
from models.hub import REFERENCE

FILE = Path(__file__).with_name("hub_models.toml")
OWN = ("LAB_HUB_MODELS", "LAB_PRELOAD")
"""What the owner names, further patterns and what is opened at the start."""
SHOWN = 12
"""Patterns that a refusal names."""


def check(reference: str, kinds: tuple[str, ...] = ()) -> None:
    """Raise InputError for a Hub id that is not listed; it names what is, of these families where some are given."""
    if not REFERENCE.fullmatch(reference):
        return
    listed = patterns()
    own = [name for setting in OWN for name in re.findall(r"[^\s,]*[/*][^\s,]*", os.environ.get(setting, ""))]
    if any(_fits(pattern, reference) for some in (*listed.values(), own) for pattern in some):
        return
    near = [listed[kind] for kind in kinds if kind in listed] or listed.values()
    plain = list(dict.fromkeys(pattern for some in (own, *near) for pattern in some if "@" not in pattern))
    names = ", ".join(plain[:SHOWN]) + (", …" if len(plain) > SHOWN else "")
    raise InputError("model.not_allowed", reference=reference[:80], allowed=names)


@cache
def patterns() -> dict[str, tuple[str, ...]]:
    """The patterns of the file, by family."""
    return {kind: tuple(found) for kind, found in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}


def _fits(pattern: str, reference: str) -> bool:
    """Whether a reference is of a pattern: "*" alone means any, else letters, digits, dots, underscores and dashes."""
    return pattern == "*" or bool(re.fullmatch(re.escape(pattern).replace(r"\*", r"[\w.-]*"), reference, re.ASCII))
