"""How much visitors' files and widgets' data may take on the disk: a folder with a bound in bytes and in number."""

import logging
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

log = logging.getLogger(__name__)
MAX_FILES = 5000
LOOKS = 50
"""How often the folder is looked through while it fills once."""
ABANDONED_SECONDS = 120
"""After which a file that has not grown is what a cut upload left."""
UNFINISHED = "tmp"
"""What Gradio calls an upload until it is whole; it lies in the folder itself and not in one of its own."""


class Kept(NamedTuple):
    """A file, its bytes, and when it was written, in seconds."""

    path: Path
    size: int
    written: float


class Room:
    """A folder. Whose files take most loses the oldest of them, so that one visitor cannot push out those of others."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.folder: Path | None = None
        self.most = self.written = 0
        self.owners: dict[Path, str] = {}
        self.lasting: dict[Path, bytes] = {}
        """What pages show from the start, and its content."""
        self.unfinished: dict[Path, tuple[int, float]] = {}
        """Uploads on their way: their bytes, and since when they have so many."""
        self.make: Callable[[Path], object] = Path.mkdir

    def bound(self, folder: Path, most: int, make: Callable[[Path], object] = Path.mkdir) -> None:
        """From now on the folder has at most so many bytes, a fiftieth more at times; what is in it now stays.

        make: makes the folder where somebody has removed it.
        """
        self.folder, self.most, self.make = folder, most, make
        self.lasting = {path: path.read_bytes() for path in folder.glob("*/*") if path.is_file()}

    def mend(self) -> None:
        """Make the folder anew, with what lasts, where somebody has removed it. Raises OSError where that fails."""
        if not self.folder or self.folder.is_dir():
            return
        with self.lock:
            if self.folder.is_dir():
                return
            log.error("the folder of visitors' files has been removed; it is made anew, their photos are gone")
            self.make(self.folder)
            for path, content in self.lasting.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    def wrote(self, size: int, owner: str = "", paths: Iterable[str] = ()) -> None:
        """So many bytes were written, which became these files; owner: an address, "" for the lab itself."""
        if not self.folder:
            return
        with self.lock:
            for path in map(Path, paths):
                self.owners.setdefault(path, owner)
            self.written += max(size, self.most // MAX_FILES)
            if self.written > self.most // LOOKS:
                self.written = 0
                self._make(self.folder)

    def _make(self, folder: Path) -> None:
        """Remove what is too much, and what cut uploads have left."""
        held: defaultdict[str, deque[Kept]] = defaultdict(deque)
        sizes: Counter[str] = Counter()
        unfinished, self.unfinished = self.unfinished, {}
        for one in sorted(_files(folder), key=lambda one: one.written):
            if one.path.parent == folder and one.path.name.startswith(UNFINISHED):
                size, since = unfinished.get(one.path, (-1, 0.0))
                if size != one.size:
                    self.unfinished[one.path] = one.size, time.monotonic()
                elif time.monotonic() - since < ABANDONED_SECONDS:
                    self.unfinished[one.path] = size, since
                else:
                    one.path.unlink(missing_ok=True)
            elif one.path not in self.lasting:
                owner = self.owners.get(one.path, "")
                held[owner].append(one)
                sizes[owner] += one.size
        self.owners = {one.path: owner for owner, files in held.items() for one in files if owner}
        while sizes.total() > self.most or sum(map(len, held.values())) > MAX_FILES:
            owner = max(held, key=lambda one: max(sizes[one] / self.most, len(held[one]) / MAX_FILES))
            oldest = held[owner].popleft()
            sizes[owner] -= oldest.size
            with suppress(OSError):  # another has removed it, or the folder is not empty
                oldest.path.unlink()
                oldest.path.parent.rmdir()


def _files(folder: Path) -> Iterable[Kept]:
    for path in folder.rglob("*"):
        with suppress(OSError):  # removed in the meantime
            status = path.stat()
            if path.is_file():
                yield Kept(path, status.st_size, status.st_mtime)


def holds(folder: str | Path, path: Any) -> bool:
    """Whether a path, wherever its links and dots lead, is that of a file in a folder."""
    try:
        file = Path(path).resolve()
        return file.is_relative_to(Path(folder).resolve()) and file.is_file()
    except (TypeError, ValueError, OSError, RuntimeError):
        return False


room = Room()
"""Of this process; without a bound until the page opens."""
