"""What taking away rests on: the library as its README names it, and styles of which pictures leave nothing out."""

import hashlib
import re
from pathlib import Path

import pytest

from lab.menu import KINDS, menu
from lab.record import versions
from lab.style import SHEETS
from lab.text import LANGUAGES, Text
from lab.widget import SCREENSHOT_JS, WIDGETS

PROPERTIES = set(re.findall(r"[a-z-]+", (WIDGETS / "take" / "properties.js").read_text().split("`")[1]))
SHORT = {"gap": "row-gap", "border-radius": "border-top-left-radius", "inset": "top", "outline": "outline-style"}
SHORT |= {"border-color": "border-top-color", "border-width": "border-top-width", "place-items": "align-items"}
SHORT |= {"grid-area": "grid-row-start", "overflow": "overflow-x", "border-style": "border-top-style"}
SHORT |= {"border-inline-color": "border-left-color", "border-bottom-style": "border-bottom-style"}
INVISIBLE = ("cursor", "pointer-events", "touch-action", "content", "position-area", "position-try-fallbacks", "all")
INVISIBLE += ("animation", "transition", "background-clip", "scrollbar-width", "padding-block", "padding-inline")
INVISIBLE += ("field-sizing", "zoom", "body")
"""What a picture does not have, or the library draws in another way."""


def test_the_library_is_the_file_that_its_readme_names():
    digest = hashlib.sha256(SCREENSHOT_JS.read_bytes()).hexdigest()
    assert digest in (SCREENSHOT_JS.parent / "README.md").read_text()
    assert "MIT" in (SCREENSHOT_JS.parent / "LICENSE").read_text()


@pytest.mark.parametrize(
    "sheet", [*SHEETS, *sorted(WIDGETS.rglob("*.css"))], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_pictures_have_every_property_that_styles_use(sheet: Path):
    used = set(re.findall(r"(?m)^\s+([a-z][a-z-]+):", sheet.read_text()))
    known = {name for name in used if name in INVISIBLE or SHORT.get(name) in PROPERTIES}
    known |= {name for name in used if any(one == name or one.startswith(f"{name}-") for one in PROPERTIES)}
    assert not used - known


def test_the_menu_speaks_both_languages():
    for text in map(Text, LANGUAGES):
        shown = menu(text)
        assert all(f'data-take="{kind}"' in shown and text(f"take.{kind}") in shown for kind in KINDS)


def test_versions_are_those_of_what_computes():
    import numpy as np

    assert versions()["numpy"] == np.__version__ and versions()["attention-lab"]
