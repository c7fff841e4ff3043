"""Imports run one way: models <- views <- exhibits."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = {
    "models": {"lab", "gradio", "plotly"},
    "models/traces": {"torch", "transformers"},
    "lab/views": {"torch", "transformers", "gradio"},
    "lab/exhibits": {"torch", "numpy", "plotly"},
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports(folder):
    for path in (ROOT / folder).glob("**/*.py"):
        assert not {name.split(".")[0] for name in imported(path)} & FORBIDDEN[folder], path


def test_views_and_traces_load_neither_torch_nor_gradio():
    files = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / "lab/views").glob("**/[!_]*.py"))
    modules = ["models.traces", *(".".join(path.parts) for path in files)]
    heavy = "{'torch', 'transformers', 'gradio'}"
    script = f"import sys, {', '.join(modules)}; found = {heavy} & set(sys.modules); assert not found, found"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_exhibits_do_not_import_one_another():
    for path in (ROOT / "lab/exhibits").glob("[!_]*.py"):
        assert not any(name.startswith("lab.exhibits") for name in imported(path)), path


def test_no_two_parts_of_models_import_one_another():
    parts = {path.stem for path in (ROOT / "models").iterdir()} - {"__init__", "__pycache__"}
    needs = {part: set() for part in parts}
    for path in (ROOT / "models").glob("**/*.py"):
        part = path.relative_to(ROOT / "models").parts[0].removesuffix(".py")
        found = {name.split(".")[1] for name in imported(path) if name.startswith("models.")}
        needs.setdefault(part, set()).update(found & parts - {part})
    assert needs["swin"] >= {"families", "traces"}
    list(graphlib.TopologicalSorter(needs).static_order())
