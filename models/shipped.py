"""Whether the lab's own checkpoints are what was shipped: SHA256SUMS lists them, as `sha256sum -c` reads it.

python -m models.shipped          writes checkpoints/SHA256SUMS anew
"""

import hashlib
import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from models.errors import InputError
from models.open_models import Files, files_of

log = logging.getLogger(__name__)
CHECKPOINTS = Path(__file__).resolve().parent.parent / "checkpoints"
SUMS = "SHA256SUMS"
FOR_PEOPLE = ("README.md", "LICENSE")
"""Nothing is computed from these."""
DAMAGED = (
    "checkpoints/%s is damaged: its SHA-256 is %s, not %s. git checkout checkpoints brings back what was shipped; "
    "for what you have trained anew, python -m models.shipped lists it"
)


def whole(folder: Path) -> Path:
    """A folder of the checkpoints, all of whose files are those that were shipped.

    Raises InputError otherwise, which names the checkpoint and the file; what was expected and what is there goes to
    the log. A folder whose files have not changed is looked at once.
    """
    if damaged := _damaged(folder, files_of(folder)):
        raise InputError("model.damaged", reference=folder.name, file=damaged)
    return folder


@lru_cache(maxsize=64)
def _damaged(folder: Path, _: Files) -> str:
    """The first file that is not what was shipped; "" where all are."""
    for name, expected in shipped(folder.parent).items():
        if name.parts[0] == folder.name and (found := digest(folder.parent / name)) != expected:
            log.error(DAMAGED, name, found or "that of no file", expected)
            return name.name
    return ""


@lru_cache
def shipped(folder: Path) -> dict[Path, str]:
    """The SHA-256 of each file that was shipped in a folder of checkpoints, by its path there; none without a list."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {Path(name): expected for expected, name in (line.split("  ", 1) for line in lines)}


def digest(path: Path) -> str:
    """The SHA-256 of a file; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def sums(folder: Path, checkpoint: str = "*") -> dict[Path, str]:
    """The SHA-256 of each file of a folder of checkpoints as it is now, or of one of them, by its path there."""
    files = (path for path in folder.glob(f"{checkpoint}/**/*") if path.is_file() and path.name not in FOR_PEOPLE)
    return {path.relative_to(folder): digest(path) for path in files}


def listed(found: Mapping[Path, str]) -> str:
    """What SHA256SUMS says of such sums."""
    return "".join(f"{found[name]}  {name.as_posix()}\n" for name in sorted(found))


def write(folder: Path, checkpoint: str = "*") -> None:
    """List a folder of checkpoints as it is now, or only one of them: the others stay as they were listed."""
    others = {name: expected for name, expected in shipped(folder).items() if checkpoint not in ("*", name.parts[0])}
    (folder / SUMS).write_text(listed(others | sums(folder, checkpoint)), encoding="utf-8")
    shipped.cache_clear()


if __name__ == "__main__":
    write(CHECKPOINTS)
