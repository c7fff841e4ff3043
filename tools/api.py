"""docs/api.md: every endpoint with its arguments, and what answers hold, from the records and the traces' docstrings.

python -m tools.readme writes it.
"""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from lab.api.found import MOST, SMALL
from lab.api.operations import ARRAYS, LANGUAGE, OPERATIONS, Operation, as_plain
from lab.text import Text
from models.axes import Trace

HERE = Path(__file__).resolve().parent
FILE = HERE.parent / "docs" / "api.md"
BEGINNING = HERE / "api.md"
"""What is written by hand."""
PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false"}
"""Types of Python as JSON's readers call them."""


def document() -> str:
    """The whole file."""
    text = Text("en")
    common = next(iter(OPERATIONS.values())).arguments(text)
    beginning = BEGINNING.read_text(encoding="utf-8").format(
        small=SMALL, most=f"{MOST:,}", common=table({name: common[name] for name in (ARRAYS, LANGUAGE)})
    )
    traces: dict[type[Trace], None] = {}
    for operation in OPERATIONS.values():
        traces |= dict.fromkeys(nested(operation.run.trace))
    endpoints = "\n\n".join(endpoint(operation, text) for operation in OPERATIONS.values())
    parts = [beginning, "## Endpoints", endpoints, "## What `found` holds", *map(held, traces)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def endpoint(operation: Operation, text: Text) -> str:
    """One endpoint."""
    arguments = {name: schema for name, schema in operation.arguments(text).items() if name not in (ARRAYS, LANGUAGE)}
    trace = operation.run.trace.__name__
    left_out = [field.name for field in fields(operation.run.trace) if field.name in operation.endpoint.without]  # pyright: ignore[reportArgumentType]
    without = f" without {', '.join(f'`{name}`' for name in left_out)}" if left_out else ""
    says = ", ".join(f"`{view.name}`" for view in operation.views if view.claim or view.verdict)
    return "\n\n".join(
        filter(
            None,
            [
                f"### /{operation.name}",
                operation.description(text),
                table(arguments) if arguments else "",
                f"`found`: [{trace}](#{trace.lower()}){without}." + (f" `says`: {says}." if says else ""),
            ],
        )
    )


def table(arguments: Mapping[str, Mapping[str, Any]]) -> str:
    """Arguments, each with its type, its default and its words."""
    rows = ["| argument | type | default | |", "|---|---|---|---|"]
    for name, schema in arguments.items():
        default = schema["default"]
        shown = "" if default is None else f"`{cut(json.dumps(default, ensure_ascii=False))}`"
        words = " ".join(schema["description"].split()).replace("|", "\\|")
        rows.append(f"| `{name}` | {kind(schema)} | {shown} | {words} |")
    return "\n".join(rows)


def cut(line: str, most: int = 60) -> str:
    """A long default's beginning."""
    return line if len(line) <= most else f"{line[:most]}…"


def kind(schema: Mapping[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "anyOf" in schema:
        return " or ".join(map(kind, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if schema["type"] == "array":
        return f"list of {kind(schema['items'])}"
    bounds = [str(schema[name]) for name in ("minimum", "maximum") if name in schema]
    return schema["type"] + (f" {' to '.join(bounds)}" if len(bounds) == 2 else "")


def nested(trace: type[Trace]) -> Iterator[type[Trace]]:
    """A trace's type and those of the traces that it holds."""
    yield trace
    for hint in get_type_hints(trace).values():
        for one in (hint, *get_args(hint)):
            if isinstance(one, type) and issubclass(one, Trace):
                yield from nested(one)


def held(trace: type[Trace]) -> str:
    """A trace's fields: plain values with their types, arrays with their axes."""
    axes, hints = trace.axes(), get_type_hints(trace)
    rows = [f"### {trace.__name__}", " ".join((inspect.getdoc(trace) or "").split()), "| | | |\n|---|---|---|"]
    for field in fields(trace):  # pyright: ignore[reportArgumentType]
        name = field.name
        told = f"array [{', '.join(axes[name])}]" if name in axes else python(hints[name])
        rows[-1] += f"\n| `{name}` | {told} | {said(trace).get(name, '')} |"
    return "\n\n".join(rows)


def python(hint: Any) -> str:
    """A plain value's type as JSON has it."""
    if isinstance(hint, type) and issubclass(hint, Trace):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    arguments = [one for one in get_args(hint) if one is not Ellipsis]
    if arguments and not isinstance(arguments[0], str | int):
        return f"list of {' or '.join(dict.fromkeys(map(python, arguments)))}"
    if arguments:
        return " or ".join(f"`{json.dumps(one)}`" for one in arguments)
    return PLAIN.get(hint, "value")


@cache
def said(trace: type[Trace]) -> Mapping[str, str]:
    """The docstrings below the fields of a trace, by name."""
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(trace))).body
    found = {}
    for one, below in zip(made.body, made.body[1:], strict=False):  # pyright: ignore[reportAttributeAccessIssue]
        words = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else None
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and isinstance(words, str):
            found[one.target.id] = as_plain(" ".join(words.split())).replace("|", "\\|")
    return found
