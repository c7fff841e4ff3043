"""The three families on one sentence: who may see whom, and what each makes of it."""

from typing import TypedDict

import numpy as np

from lab.format import percent
from lab.text import Text
from lab.views.payload import Payload, rounded
from models.traces import FamiliesTrace, Sight

SIGHTS = ("encoder_only", "source", "target", "cross", "decoder_only")
"""Stacks, by the fields of the trace."""


class SightMeta(TypedDict):
    """Its arrays are attention_NAME and largest_NAME (query, key)."""

    name: str
    query: list[str]
    key: list[str]


class FamiliesMeta(TypedDict):
    """Lists of `guess`, `guess_probability` and `right_probability` have one entry for each hidden token."""

    sights: list[SightMeta]
    hidden: list[int]
    guess: list[list[str]]
    guess_probability: list[list[float | None]]
    right_probability: list[float | None]
    translation: str
    given: int
    written: list[str]


def payload(trace: FamiliesTrace, text: Text) -> Payload:
    """All that is drawn; the matrices as they are."""
    sights = {name: sight(trace, name) for name in SIGHTS}
    meta: FamiliesMeta = {
        "sights": [{"name": name, "query": list(one.query), "key": list(one.key)} for name, one in sights.items()],
        "hidden": trace.hidden.tolist(),
        "guess": [list(row) for row in trace.guess],
        "guess_probability": [rounded(row) for row in trace.guess_probability],
        "right_probability": rounded(trace.right_probability),
        "translation": trace.translation,
        "given": trace.given,
        "written": list(trace.written),
    }
    arrays = {f"attention_{name}": one.attention.astype(np.float32) for name, one in sights.items()}
    return Payload(meta, arrays | {f"largest_{name}": one.largest.astype(np.float32) for name, one in sights.items()})


def sight(trace: FamiliesTrace, name: str) -> Sight:
    """One of SIGHTS."""
    return getattr(trace, name)


def claim(trace: FamiliesTrace, text: Text) -> str:
    """How many pairs of tokens see one another in each stack, and how many hidden tokens were found."""
    counts = {}
    for name in SIGHTS:
        seen = sight(trace, name).largest > 0
        counts[name] = text("generation.view.families.pairs", seen=int(seen.sum()), count=seen.size)
    tokens = np.array(trace.encoder_only.key)[trace.hidden]
    found = sum(row[0] == token for row, token in zip(trace.guess, tokens, strict=True))
    share = percent(float(trace.right_probability.mean()))
    return text("generation.view.families.claim", found=found, hidden=len(tokens), share=share, **counts)
