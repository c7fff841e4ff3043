import subprocess
import sys
from pathlib import Path

from lab.exhibits import EXHIBITS
from lab.text import table

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_builds_without_loading_a_model():
    code = (
        "import models.checkpoint as door; from lab.page import build; build();"
        "assert door._open.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_every_exhibit_has_its_text():
    for exhibit in EXHIBITS:
        for language in ("en", "zh"):
            assert f"{exhibit.name}.tab" in table(language)
