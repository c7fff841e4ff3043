"""The lecture's code as the page shows it: the class as it stands in the file that runs, and what its lines made."""

import ast
from pathlib import Path
from typing import TypedDict

import models
from lab.views.payload import rounded
from models.parts import TextStack
from models.traces.walk import CodeTrace

FILE = Path(str(models.__file__)).parent / "anatomy" / "masked_self_attention.py"


class MadeMeta(TypedDict):
    """A line of the file (the first is 1) and the tensor that it made."""

    line: int
    name: str
    shape: list[int]


class CodeMeta(TypedDict):
    """The class, line by line, and how far its numbers lie from others', at most, in each layer."""

    stack: TextStack
    """Whose self-attention it computes."""
    first: int
    """Line of the file."""
    lines: list[str]
    made: list[MadeMeta]
    difference: list[float | None]
    """From torch's scaled_dot_product_attention."""
    model_difference: list[float | None]
    """From the model's own attention."""


def code_meta(code: CodeTrace) -> CodeMeta:
    """Of the file as it stands."""
    source = FILE.read_text(encoding="utf-8")
    (shown,) = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {
        "stack": code.stack,
        "first": shown.lineno,
        "lines": [line.split("  # noqa")[0] for line in source.splitlines()[shown.lineno - 1 : shown.end_lineno]],
        "made": [{"line": line, "name": name, "shape": list(shape)} for line, name, shape in code.made],
        "difference": rounded(code.difference, 12),
        "model_difference": rounded(code.model_difference, 12),
    }
