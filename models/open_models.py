"""Models that are open, and what makes two of them the same."""

import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import torch

MAX_CACHED_BYTES = 4_000_000_000
"""Parameters that are kept in memory for the next run; a single larger model is kept alone."""
Files = tuple[tuple[str, int, int], ...]
"""Name, bytes and time of change in nanoseconds of every file in a folder."""


def files_of(folder: Path) -> Files:
    """Those that are in a folder now; none where there is no folder."""
    found = []
    for path in sorted(folder.glob("*")):
        with suppress(OSError):  # removed in the meantime
            status = path.stat()
            found.append((path.name, status.st_size, status.st_mtime_ns))
    return tuple(found)


class Key(NamedTuple):
    """What makes two open models the same."""

    folder: Path
    files: Files
    reads: str | None
    """What is opened beside the model."""
    device: "torch.device"


class OpenModels:
    """Open models and their readers; the least recently used go when their parameters are too many bytes."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._models: OrderedDict[Key, tuple[Any, Any]] = OrderedDict()

    def get(self, key: Key) -> tuple[Any, Any] | None:
        """Model and reader, or None."""
        with self.lock:
            if key in self._models:
                self._models.move_to_end(key)
            return self._models.get(key)

    def take_elsewhere(self, key: Key) -> tuple[Any, Any] | None:
        """The same model on another device, which it leaves: what borrows a GPU has models of its parent on the CPU."""
        with self.lock:
            others = [other for other in self._models if other._replace(device=key.device) == key]
            return self._models.pop(others[0]) if others else None

    def keep(self, key: Key, found: tuple[Any, Any]) -> None:
        """Add one; what was opened from the same folder before its files changed goes."""
        with self.lock:
            for older in [other for other in self._models if other._replace(files=key.files) == key]:
                del self._models[older]
            self._models[key] = found
            while len(self._models) > 1 and sum(map(_bytes, self._models.values())) > MAX_CACHED_BYTES:
                self._models.popitem(last=False)

    def count(self) -> int:
        """How many there are."""
        with self.lock:
            return len(self._models)

    def clear(self) -> None:
        """Forget all."""
        with self.lock:
            self._models.clear()


def _bytes(found: tuple[Any, Any]) -> int:
    model, _ = found
    return sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
