"""What goes elsewhere, a Space, an image, a classroom, is whole and works there."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest

from lab.environment import WEIGHTS
from lab.text import Text
from models.checkpoint import bundled
from models.wheels import RECORD, SMOLLM2, WHEELS
from tests.space_server import LARGE, Space

ROOT = Path(__file__).resolve().parents[1]
HEALTH, COUNTED = ("status", "version", "commit", "device"), ("seconds_up", "models_open", "computing", "waiting")
APART = ("unshare", "--map-root-user", "--net")
ALONE = bool(shutil.which("unshare")) and not subprocess.run([*APART, "true"], capture_output=True).returncode
STEPS = [
    tuple(step.split(maxsplit=1))
    for step in re.sub(r"\\\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")).splitlines()
    if step and not step.startswith("#")
]
"""Of the Dockerfile: instruction and rest."""


def told(instruction):
    return [rest for name, rest in STEPS if name == instruction]


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def archived():
    """The files that `make space` puts into a Space, once what is staged is committed."""
    tree = git("write-tree").decode().strip()
    listed = subprocess.run(["tar", "-t"], input=git("archive", "--worktree-attributes", tree), capture_output=True)
    return {name for name in listed.stdout.decode().splitlines() if not name.endswith("/")}


def copied():
    """The files of the repository that COPY puts into the image."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    return {name for name in git("ls-files").decode().splitlines() if not any(left_out(name, one) for one in patterns)}


def left_out(name, pattern):
    """Whether .dockerignore leaves a file out: a path, or with **/ what any part of the path is called."""
    path = PurePosixPath(name)
    if pattern.startswith("**/"):
        return any(fnmatch(part, pattern.removeprefix("**/")) for part in path.parts)
    return PurePosixPath(pattern) in (path, *path.parents)


def test_a_space_and_an_image_get_what_the_lab_needs_and_nothing_else():
    files = archived()
    assert files == copied()
    rooms = {name.split("/")[0] for name in files}
    assert rooms >= {"app.py", "lab", "models", "checkpoints", "assets", "requirements.txt", "README.md", "LICENSE"}
    assert not rooms & {"tests", "tools", "training", "node_modules", ".git", ".venv", "weights"}


def test_the_image_is_made_of_what_is_there_and_no_root_runs_it():
    for rest in told("COPY"):
        *sources, _ = (part for part in shlex.split(rest) if not part.startswith("--"))
        assert all((ROOT / source).exists() for source in sources)
    names = [name for name, _ in STEPS]
    assert names.index("USER") < names.index("COPY") and told("USER") == ["lab"]
    made, (folder,) = told("RUN")[1].split(), told("WORKDIR")
    assert made[0] == "mkdir" and {folder, environment()["HF_HOME"]} <= set(made)  # or they are root's
    assert names.index("USER") < STEPS.index(("RUN", " ".join(made))) < names.index("WORKDIR")
    assert told("EXPOSE") == ["7860"] and environment()["GRADIO_SERVER_PORT"] == "7860"
    assert told("VOLUME") == [environment()["HF_HOME"]]


def test_what_the_image_installs_is_what_these_tests_run_with():
    (install,) = [shlex.split(rest) for rest in told("RUN") if rest.startswith("pip install")]
    asked = [one for one in install[2:] if one not in ("--user", "--no-cache-dir")]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "--no-deps", "--quiet", *asked]
    assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout == ""


def environment():
    return dict(part.split("=", 1) for rest in told("ENV") for part in rest.split())


@pytest.mark.slow
def test_one_command_puts_the_lab_into_a_space(tmp_path):
    space = Space(**{"of-before.txt": b"old"})
    settings = {"HF_ENDPOINT": space.address, "HF_TOKEN": "hf_made", "HF_HUB_DISABLE_XET": "1", "TMPDIR": str(tmp_path)}
    command = ["make", "--assume-old=.venv/run", "space", "NAME=you/lab"]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert (space.created["type"], space.created["sdk"]) == ("space", "gradio")
    listed = git("archive", "HEAD")
    names = subprocess.run(["tar", "-t"], input=listed, capture_output=True).stdout.decode().splitlines()
    assert set(space.files) == {name for name in names if not name.endswith("/")}
    assert space.large >= {name for name, content in space.files.items() if len(content) > LARGE}
    weights = "checkpoints/clip-flickr8k/model.safetensors"
    assert weights in space.large and space.files[weights] == (ROOT / weights).read_bytes()
    assert space.files["commit.txt"].decode().strip() == git("log", "-1", "--format=%h").decode().strip()
    assert not any(tmp_path.iterdir())


def test_without_a_name_it_says_how():
    command = ["make", "--no-print-directory", "--assume-old=.venv/run", "space"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode and ended.stdout == "make space NAME=you/space\n"


@pytest.fixture
def folder(tmp_path):
    """What is in the image, and a tiny language model where `make weights` puts what packages carry."""
    from tests.models.single_stacks import folder_of

    made = tmp_path / "attention-lab"
    for name in copied():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, made / name)
    weights = made / WEIGHTS.name / "attention-lab" / "wheels" / f"{SMOLLM2}-{WHEELS[SMOLLM2].sha256[:16]}"
    folder_of("LlamaForCausalLM", weights)
    sizes = {path.name: path.stat().st_size for path in weights.iterdir()}
    (weights / RECORD).write_text(json.dumps({"files": sizes}))
    return made


@pytest.mark.slow
@pytest.mark.skipif(not ALONE, reason="no network of one's own can be had")
def test_a_copy_of_the_folder_answers_a_class_without_a_network(folder, tmp_path):
    check, command = told("HEALTHCHECK")[0].split("CMD ")[1], told("CMD")[0]
    settings = {**environment(), "PATH": os.environ["PATH"], "HF_HOME": str(tmp_path / "models"), "LAB_PRELOAD": "all"}
    asked = [*APART, sys.executable, "-m", "tests.offline", str(folder), check, command]
    ended = subprocess.run(asked, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, timeout=900)
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout.splitlines()[-1])
    assert not seen["elsewhere"] and seen["pages"] == [200, 200]
    assert seen["health"].keys() == {*HEALTH, *COUNTED} and seen["health"]["status"] == "ok"
    assert all(type(seen["health"][name]) is int for name in COUNTED)
    assert 2 < seen["health"]["models_open"] <= len(bundled()) + 1
    assert seen["translated"] is None and seen["written"] is None
    assert seen["of_the_hub"] == Text("en")("model.error.no_network", reference="google/vit-none")
    line = "INFO lab.journal: exhibit=decoding run=decode seconds="
    assert line in ended.stderr and "dogs play" not in ended.stderr and "to be or" not in ended.stderr
