"""The lecture's code as the page shows it: the lines that ran, and what each of them made."""

from typing import TypedDict

from lab.views.payload import rounded
from models.traces.walk import AttentionName, CodeTrace


class MadeMeta(TypedDict):
    """A line of the listing (the first is 0) and the tensor that it made."""

    line: int
    name: str
    shape: list[int]


class CodeMeta(TypedDict):
    """The code of a kind of attention with the switches set in one way, and how far its numbers lie from others'."""

    kind: AttentionName
    masked: bool
    scaled: bool
    lines: list[str]
    split: list[int]
    made: list[list[MadeMeta]]
    """Of each split, in the order in which they were made."""
    difference: list[list[float | None]]
    """From torch's scaled_dot_product_attention: of each split, by layer."""
    model_difference: list[float | None]
    """From the model's own attention, by layer; None where the switches are not the model's."""


def code_meta(code: CodeTrace) -> CodeMeta:
    """What the page is told of a code that ran."""
    return {
        "kind": code.kind,
        "masked": code.masked,
        "scaled": code.scaled,
        "lines": list(code.lines),
        "split": list(code.split),
        "made": [[made_meta(*one) for one in made] for made in code.made],
        "difference": [rounded(one, 12) for one in code.difference],
        "model_difference": rounded(code.model_difference, 12),
    }


def made_meta(line: int, name: str, shape: tuple[int, ...]) -> MadeMeta:
    """What the page is told of a tensor."""
    return {"line": line, "name": name, "shape": list(shape)}
