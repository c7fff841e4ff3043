"""A run as a few lines of Python that compute the same trace, from its record and from what was asked."""

from collections.abc import Iterable, Mapping
from typing import Any

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Model
from lab.text import Text

INDENT = "    "


def write(exhibit: Exhibit, run: Run, views: Iterable[View], asked: Mapping[str, Any], text: Text) -> str:
    """Lines to run from the repository's root: `found` is the trace, and what views say of it is printed.

    asked: accepted values, by input. A visitor's own photo has a placeholder for its file, and a line that says so.
    Raises InputError for what cannot be asked.
    """
    codes = {name: exhibit.input(name).code(asked[name]) for name in run.inputs}
    opened = [name for name in codes if run.open and isinstance(exhibit.input(name), Model)]
    named = [f"{name}={code.expression}" for name, code in codes.items() if name not in opened]
    imports = [line for name, code in codes.items() if name not in opened for line in code.imports]
    if run.open:
        models = ", ".join(f"{name}={asked[name]!r}" for name in opened)
        named.append(f"**{run.open.replace(':', '.')}({models})")
        imports.append(f"import {run.open.split(':')[0]}")
    arguments = "".join(f"\n{INDENT}{argument}," for argument in named) + ("\n" if named else "")
    imports += [f"import {run.compute.split(':')[0]}", "from lab.text import Text"]
    shown = []
    for view in views:
        package, module = view.shows.__name__.rsplit(".", 1)
        imports.append(f"from {package} import {module}")
        shown += _shown(view, f'{module}.{{}}(found, Text("{text.language}"))')
    if any("numbers(" in line for line in shown):
        imports.append("from lab.views.payload import numbers")
    notes = [text("run.code"), *(text(code.note) for code in codes.values() if code.note)]
    name = "*_, found" if run.grows else "found"
    call = f"{name} = {run.compute.replace(':', '.')}({arguments})"
    return "\n".join(
        [*(f"# {note}" for note in notes), *sorted({*imports}, key=lambda line: line.split()[1]), "", call, *shown, ""]
    )


def _shown(view: View, call: str) -> list[str]:
    """Lines that print what a view says of the trace: its sentence, or else what its widget draws."""
    sentences = [kind for kind in ("claim", "verdict") if hasattr(view.shows, kind)]
    if sentences:
        return [f"print({call.format(sentences[0])})"]
    if view.widget == "chart":
        return [f"print({call.format('chart')})"]
    return [f"for name, value in numbers({call.format('payload')}):", f'{INDENT}print(name, value, sep="\\n")']
