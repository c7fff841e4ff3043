"""What a visitor takes away beside the picture: what was asked of which models, when, with what, and the code."""

import platform
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lab import code
from lab.computing import computations
from lab.exhibit import Exhibit, Run, View
from lab.question import ask
from lab.text import Text
from models.errors import InputError

PACKAGES = ("torch", "transformers", "tokenizers", "safetensors", "numpy", "plotly", "gradio")
PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
Shown = Sequence[tuple[Run, Sequence[View]]]
"""The runs that are seen in a tab, each with its views."""


def of(exhibit: Exhibit, tab: str, shown: Shown, asked: Mapping[str, Any], text: Text) -> dict[str, Any]:
    """The record of an open tab, as JSON has it. asked: what was answered last, by input."""
    names = list(dict.fromkeys(name for run, _ in shown for name in run.inputs))
    views = [view for _, seen in shown for view in seen]
    titles = (f"{exhibit.name}.view.{tab}.tab", f"{exhibit.name}.{tab}", f"{exhibit.name}.tab")
    return {
        "exhibit": text(f"{exhibit.name}.tab"),
        "view": next(text(title) for title in titles if text.has(title)),
        "truth": {view.name: view.truth for view in views},
        "asides": [view.name for view in views if view.aside],
        "inputs": {name: _written(exhibit, name, asked[name]) for name in names},
        "runs": [_run(exhibit, run, asked) for run, _ in shown],
        "versions": versions(),
        "code": "\n".join(_code(exhibit, run, seen, asked, text) for run, seen in shown),
    }


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Of the lab, Python, and the packages that numbers depend on."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    found = {project["name"]: project["version"], "python": platform.python_version()}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _run(exhibit: Exhibit, run: Run, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Where the answer of a run comes from, and what it was computed with; a saved or recorded one has no date and no
    seconds."""
    with suppress(InputError):
        if answer := computations.known(ask(exhibit, run, asked)):
            took = {"date": answer.date, "seconds": answer.seconds} if answer.date else {}
            return {"name": run.name, "origin": answer.origin, **took, **asdict(answer.provenance)}
    return {"name": run.name, "origin": "", "models": (), "device": "", "precision": ()}


def _written(exhibit: Exhibit, name: str, value: Any) -> str | None:
    """The text of an input as an address has it; None for what is no longer here."""
    with suppress(InputError, OSError):
        return None if value is None else exhibit.input(name).written(value)
    return None


def _code(exhibit: Exhibit, run: Run, views: Sequence[View], asked: Mapping[str, Any], text: Text) -> str:
    with suppress(InputError, OSError):
        return code.write(exhibit, run, views, asked, text)
    return ""
