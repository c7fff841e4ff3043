"""The worked exhibit of CONTRIBUTING.md is built just as it stands there, in a copy of the lab, and works."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILE = re.compile(r"`((?:models|lab|assets)/[\w/.]+)`\n\n```\w+\n(.*?)```", re.DOTALL)
FILES = dict(FILE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
SCRIPT = """
import sys
from lab.exhibits import temperature
from lab.page import build
import lab.exhibits, lab.page
lab.page.EXHIBITS = lab.exhibits.EXHIBITS = (temperature.EXHIBIT,)
build()
assert "torch" not in sys.modules
from lab.saved import make
from lab.text import Text
run, = temperature.EXHIBIT.runs
trace, _ = make(temperature.EXHIBIT, run)
view, = run.views
chart = view.payload(trace, Text("zh"))
assert [bars["name"] for bars in chart["data"]] == ["T = 0.5", "T = 1.0", "T = 2.0"]
cold, plain, hot = trace.probability[:, 0]
assert cold > plain > hot > 0
print(view.claim(trace, Text("en")))
"""


def test_it_is_small():
    assert len(FILES) == 5
    assert sum(content.count("\n") for content in FILES.values()) <= 92


@pytest.mark.slow
def test_it_works(tmp_path):
    for part in ("lab", "models", "assets/text"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("checkpoints", "assets/widgets", "assets/sentences.toml", "assets/styles", "pyproject.toml"):
        (tmp_path / part).symlink_to(ROOT / part)
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, check=True, capture_output=True, text=True, timeout=600
    )
    assert re.fullmatch(r"\S+: [\d.]+%, [\d.]+%, [\d.]+% as the temperature rises\.", said.stdout.strip())
    ruff = [sys.executable, "-m", "ruff"]
    python = [name for name in FILES if name.endswith(".py")]
    subprocess.run([*ruff, "check", *python], cwd=tmp_path, check=True)
    subprocess.run([*ruff, "format", "--check", *python], cwd=tmp_path, check=True)
