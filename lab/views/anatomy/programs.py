"""The lecture's code on a sentence: every program, its lines and the numbers that each of them made."""

from typing import TypedDict

import numpy as np

from lab.format import number, scientific
from lab.text import Text
from lab.views.anatomy.code import MadeMeta, made_meta
from lab.views.payload import Payload
from models.parts import TextStack
from models.traces import ProgramsTrace, ProgramTrace

BEGINNING = ("read", "text")
"""Names of what begins with the first token."""


class MadeNumbersMeta(MadeMeta):
    """A tensor, and where its rows lie among all numbers."""

    offset: int
    rows: int
    columns: int
    """How many of a row are sent, from the first."""
    piece: list[str]
    """Of ids, what they stand for; else none."""


class ProgramMeta(TypedDict):
    """A program that ran."""

    name: str
    lines: list[str]
    made: list[MadeNumbersMeta]
    difference: float


class ProgramsMeta(TypedDict):
    """All programs."""

    model: str
    stack: TextStack
    token: list[str]
    programs: list[ProgramMeta]


def payload(trace: ProgramsTrace, text: Text) -> Payload:
    """`ProgramsMeta`, and all numbers in one row, in the order in which they were made."""
    offset, programs = 0, []
    for program in trace.programs:
        made: list[MadeNumbersMeta] = []
        for one in program.made:
            rows, columns = one.numbers.shape
            piece = begun(trace, one.piece) if one.name in BEGINNING else list(one.piece)
            place = {"offset": offset, "rows": rows, "columns": columns, "piece": piece}
            made.append({**made_meta(one.line, one.name, one.shape), **place})  # type: ignore[typeddict-item]
            offset += one.numbers.size
        programs.append(
            {"name": program.name, "lines": list(program.lines), "made": made, "difference": program.difference}
        )
    meta: ProgramsMeta = {
        "model": trace.model,
        "stack": trace.stack,
        "token": begun(trace, trace.token),
        "programs": programs,
    }
    numbers = np.concatenate([one.numbers.ravel() for program in trace.programs for one in program.made])
    return Payload(meta, {"numbers": numbers.astype(np.float32)})


def begun(trace: ProgramsTrace, piece: tuple[str, ...]) -> list[str]:
    """Pieces from the first on; a start token is "▶"."""
    return ["▶", *piece[1:]] if trace.starts else list(piece)


def claim(trace: ProgramsTrace, text: Text) -> str:
    """How far every program's result lies from the model's own, and the loss, in a sentence."""
    found = {program.name: program for program in trace.programs}
    apart = {name: scientific(one.difference) for name, one in found.items()}
    said = text("anatomy.view.code.claim", norm=apart["layer_norm"], feed_forward=apart["feed_forward"])
    if "positions" in found:
        said += text("anatomy.view.code.claim_positions", apart=apart["positions"])
    if "training" in found:
        said += text(
            "anatomy.view.code.claim_tokens",
            loss=number(float(found["training"].made[-1].numbers[0, 0]), 3),
            apart=apart["training"],
            written=rounds(found["generation"], "best"),
            others=int(found["generation"].difference),
        )
    if "kv_cache" in found:
        cached = rounds(found["kv_cache"], "k")
        said += text("anatomy.view.code.claim_cache", cached=cached, apart=apart["kv_cache"])
    return said


def rounds(program: ProgramTrace, name: str) -> int:
    """How often a loop made what it calls `name`."""
    return sum(one.name == name for one in program.made)
