"""What is saved on this machine for all who use it: one at a time, and a sentence where it cannot be saved."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from models.errors import InputError
from models.progress import Progress

POLL = 0.2
"""Seconds between two looks at what another process does."""


@contextmanager
def saving(reference: str) -> Iterator[None]:
    """What writes to the disk, and nothing that calls `progress`, which may raise an OSError of its own."""
    try:
        yield
    except OSError as error:
        raise InputError("model.not_saved", reference=reference) from error


@contextmanager
def turn(reference: str, folder: Path, progress: Progress) -> Iterator[None]:
    """While it is held nobody else, in this process or another, fetches into the same folder."""
    with saving(reference):
        folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{folder}.lock")
    while not lock.is_locked:
        progress.beat()
        with saving(reference), suppress(Timeout):
            lock.acquire(timeout=POLL)
    try:
        yield
    finally:
        lock.release()
