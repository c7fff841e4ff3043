"""The lecture's code, run as it stands in its files, and what each of its lines made."""

import ast
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple


class Made(NamedTuple):
    """What an assignment made: its line among those of the program (the first is 0), its name and the value."""

    line: int
    name: str
    value: Any


class Program:
    """A file of models/anatomy/lecture, ready to run; `made` grows by what every assignment in its functions makes.

    without: switches that are off. A line that ends in a comment of that name (“# mask”) is left out, of what is shown
    in `lines` and of what runs.
    """

    def __init__(self, module: ModuleType, without: Collection[str] = ()) -> None:
        file = Path(str(module.__file__))
        kept = [one for one in file.read_text(encoding="utf-8").splitlines() if one.split("  # ")[-1] not in without]
        tree = ast.parse("\n".join(kept))
        defined = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        self._first = defined[0].lineno
        self.lines = tuple(kept[self._first - 1 :])
        self.made: list[Made] = []
        self._names: dict[str, Any] = {"__name__": module.__name__, "note": self._note}
        exec(compile(ast.fix_missing_locations(_Noting().visit(tree)), str(file), "exec"), self._names)

    def __getitem__(self, name: str) -> Any:
        """The class or function of this name."""
        return self._names[name]

    def ran(self) -> list[Made]:
        """What was made since this was asked last, in order."""
        made, self.made = self.made, []
        return made

    def _note(self, line: int, name: str, value: Any) -> None:
        self.made.append(Made(line - self._first, name, value))


class _Noting(ast.NodeTransformer):
    """Notes what every assignment to a name makes."""

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return [node, *(ast.parse(f"note({node.lineno}, {name!r}, {name})").body[0] for name in names)]
