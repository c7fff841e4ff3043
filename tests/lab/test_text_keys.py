"""Every text key that the code can compose exists: those written out, and those glued from a known vocabulary."""

import ast
import itertools
from pathlib import Path

import pytest

from lab.text import LANGUAGES, table
from models.families import PACKAGES
from models.traces import METHODS

ROOT = Path(__file__).resolve().parents[2]
RECORDS = {"lab/layout.py", "lab/page.py", "lab/inputs/kinds.py", "lab/inputs/photo.py", "lab/inputs/sentence.py"}
"""Glue names of records, which test_records walks."""
KINDS = {
    "lab/views/cost/cost.py": {"kind": ("global", "window")},
    "lab/views/cnn_vs_attention/parameters.py": {
        "kind": ("convolution", "attention", "vit_layer", "resnet_layer"),
        "name": ("model", "parameters", "multiply_adds", "accuracy"),
    },
    "lab/views/cnn_vs_attention/data.py": {"family": tuple(sorted(set(PACKAGES.values())))},
    "lab/views/decoding/outputs.py": {"kind": ("search_output", "refine_output", "raw_data_output")},
    "lab/views/decoding/decode.py": {"search.method": METHODS[:1] + METHODS[2:], "kind": ("bought", "same")},
    "lab/views/fields/growth.py": {"kind": ("theory", "effective", "untrained", "attention")},
    "lab/format.py": {"kind": ("embedder", "layer", "stage_layer", "stage_block")},
    "tools/readme.py": {
        "column": ("exhibit", "views", "about", "uses"),
        "name": ("patches", "cost", "decoding", "fields", "cnn_vs_attention"),
        "view": (),
    },
}
"""What each file puts into a key, by the expression that it glues; a new file or expression is to be added here."""


def calls(path):
    """The first argument of every call of something named text, or Text(...)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            named = isinstance(node.func, ast.Name) and node.func.id == "text"
            own = isinstance(node.func, ast.Attribute) and node.func.attr == "text"
            if named or own:
                yield node.args[0]


def keys(path):
    """Every key that a file can compose."""
    place = str(path.relative_to(ROOT))
    for argument in calls(path):
        for one in [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]:
            if isinstance(one, ast.Constant):
                yield one.value
            elif isinstance(one, ast.JoinedStr) and place not in RECORDS:
                parts = [
                    KINDS[place][ast.unparse(part.value)] if isinstance(part, ast.FormattedValue) else [str(part.value)]
                    for part in one.values
                    if isinstance(part, ast.FormattedValue | ast.Constant)
                ]
                yield from ("".join(words) for words in itertools.product(*parts))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_python_composes_exists(language):
    found = {}
    for path in [*ROOT.glob("lab/**/*.py"), *ROOT.glob("tools/*.py")]:
        for key in keys(path):
            found.setdefault(key, str(path.relative_to(ROOT)))
    assert len(found) > 60
    missing = {key: path for key, path in found.items() if key not in table(language)}
    assert not missing


def test_a_glued_key_is_told_from_the_code(tmp_path):
    assert "fields.view.growth.line_theory" in set(keys(ROOT / "lab/views/fields/growth.py"))


def test_no_text_is_left_that_nobody_asks_for():
    """Words of views are asked for by records, those of widgets by their scripts (their types say so)."""
    python = "".join(path.read_text(encoding="utf-8") for path in [*ROOT.glob("lab/**/*.py"), *ROOT.glob("tools/*.py")])
    errors = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("models/**/*.py")) + python
    known = set()
    for path in [*ROOT.glob("lab/**/*.py"), *ROOT.glob("tools/*.py")]:
        known |= set(keys(path))
    for key in table("en"):
        stem, *rest = key.split(".")
        if stem in ("label", "widget") or key in known:
            continue
        if rest[0] == "error":
            assert f'"{stem}.{rest[-1]}"' in errors or f'"{rest[-1]}"' in errors, key
        elif rest[0] == "widget":
            assert len(rest) == 3, key
        elif rest[0] == "choice" or rest[0] == "input" or rest[-1] in ("tab", "see", "checks", "row", "slide"):
            continue
        else:
            assert (
                f'"{key}"' in python
                or rest[-1] in ("run", "more", "credits", "saved", "about", "uses", "table")
                or stem == "page"
            ), key
