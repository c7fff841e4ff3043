"""Models of the Hub that a public server has downloaded for strangers: one at a time, so many bytes, so many models.

They lie apart from the hub library's own cache, so that nothing of the owner's is ever removed.
"""

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.limits import COUNT, GIGABYTE, MODELS
from models.progress import Progress
from models.saving import saving, turn

WAITING = 3
"""Who may wait while another one's model comes; more would keep all that compute from computing."""
USED_SECONDS = 900.0
"""For so long after its last use a model stays: somebody may be looking at it."""
_used: dict[Path, float] = {}
"""When a snapshot was last used by this process."""
_few = threading.Semaphore(1 + WAITING)


def folder() -> Path:
    """A cache of the hub library's kind, beside its own."""
    from huggingface_hub import constants

    return Path(constants.HF_HOME) / "attention-lab" / "hub"


@contextmanager
def only_one(reference: str, progress: Progress) -> Iterator[None]:
    """While it is held nobody else downloads. Raises InputError where too many wait, and what `progress` raises."""
    if not _few.acquire(blocking=False):
        raise InputError("model.busy", reference=reference)
    try:
        with turn(reference, folder(), progress):
            yield
    finally:
        _few.release()


def used(snapshot: Path) -> None:
    """Note that a model is used now, for later processes at its folder: its files' times are a part of its stamp."""
    if snapshot.is_relative_to(folder()):
        _used[snapshot.resolve()] = time.monotonic()
        with suppress(OSError):  # a disk that is read-only
            os.utime(snapshot)


def make_room(reference: str, size: int) -> None:
    """Remove what was used least recently until so many bytes, and one model more, fit; and what a killed lab began.

    Raises InputError where they do not even then: what was used of late stays.
    """
    with saving(reference):
        folder().mkdir(parents=True, exist_ok=True)
        for part in folder().glob("*/blobs/*.incomplete"):
            part.unlink(missing_ok=True)
        most, count = MODELS.value() * GIGABYTE, COUNT.value()
        while True:
            kept = _kept()
            if kept.size_on_disk + size <= most and len(_revisions(kept)) + 1 <= count:
                return
            idle = [one for one in _revisions(kept) if not _is_in_use(one)]
            if not idle:
                raise InputError("model.no_room", reference=reference)
            kept.delete_revisions(min(idle, key=_last_use).commit_hash).execute()


def _kept() -> Any:
    from huggingface_hub import scan_cache_dir

    return scan_cache_dir(folder())


def _revisions(kept: Any) -> list[Any]:
    return [revision for repo in kept.repos for revision in repo.revisions]


def _is_in_use(revision: Any) -> bool:
    """By a clock that never jumps; after a start nobody looks at anything."""
    return time.monotonic() - _used.get(revision.snapshot_path.resolve(), -math.inf) < USED_SECONDS


def _last_use(revision: Any) -> float:
    return revision.snapshot_path.stat().st_mtime
