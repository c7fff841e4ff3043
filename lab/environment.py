"""What the owner sets by environment variables, checked before Gradio and torch read it, and this process's own folder.

The folder holds visitors' files. It goes with the process; what a killed process left goes when the next one starts.
"""

import atexit
import ctypes
import os
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from lab.text import LANGUAGES, Text
from models import device
from models.errors import InputError

LOCK = "in-use.lock"
FIRST_PORT = 7860
"""Where Gradio looks first for a free port."""
COUNTS = {
    "GRADIO_NUM_PORTS": 1,
    "GRADIO_NODE_NUM_PORTS": 1,
    "GRADIO_NUM_WORKERS": 0,
    "GRADIO_DEFAULT_CONCURRENCY_LIMIT": 1,
    "GRADIO_ANALYTICS_MAX_EVENTS": 1,
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": 1,
    "GRADIO_DEBUG": 0,
}
"""What Gradio reads as a whole number, and the least that it can be."""
M_ARENA_MAX, ARENAS = -8, 2
"""glibc's option, and how many heaps threads share: of more, each keeps what was freed in it (0.3 GB of a class)."""


def prepare() -> None:
    """Settle what is not set, and end the program with a sentence in both languages for what cannot be used."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("LAB_PRIVATE", "0")
    sys.modules.setdefault("mcp", None)  # pyright: ignore[reportArgumentType]: Gradio would import it, for a second
    if hasattr(ctypes.CDLL(None), "mallopt"):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
    if "SPACE_ID" in os.environ:  # there the proxy alone reaches the lab, and tells the visitors' addresses
        os.environ.setdefault("FORWARDED_ALLOW_IPS", "*")
    try:
        device.check()
        check_counts()
        check_address(
            os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1",
            os.environ.get("GRADIO_SERVER_PORT", ""),
            int(os.environ.get("GRADIO_NUM_PORTS", "100")),
        )
        os.environ["GRADIO_TEMP_DIR"] = str(own_folder())
    except InputError as error:
        sys.exit("\n".join(Text(language).error(error) for language in LANGUAGES))


def check_counts() -> None:
    """Raise InputError where a setting is no whole number that Gradio can use; an empty one counts as not set."""
    for name, minimum in COUNTS.items():
        value = os.environ.get(name, "")
        if value and not (value.isascii() and value.isdecimal() and len(value) <= 9 and int(value) >= minimum):
            raise InputError("page.count", name=name, value=value[:80], minimum=minimum)
    for name in (*COUNTS, "GRADIO_SERVER_PORT"):
        if not os.environ.get(name):
            os.environ.pop(name, None)


def check_address(name: str, port: str, count: int) -> None:
    """Raise InputError unless the lab can listen there; without a port, on one of the `count` that Gradio tries."""
    if port and not (port.isascii() and port.isdecimal() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise InputError("page.port", port=port[:80])
    if reason := _refusal(name, 0):
        raise InputError("page.address", name=name[:80], reason=reason)
    ports = range(int(port), int(port) + 1) if port else range(FIRST_PORT, min(FIRST_PORT + count, 65536))
    if all(reason := _refusal(name, one) for one in ports):
        raise InputError("page.port_taken", address=f"{name}:{ports[0]}", reason=reason)


def _refusal(name: str, port: int) -> str:
    """Why this machine cannot listen there; empty where it can."""
    try:
        with socket.create_server((name, port), family=socket.AF_INET6 if ":" in name else socket.AF_INET):
            return ""
    except (OSError, UnicodeError) as error:
        return str(error)


def own_folder() -> Path:
    """A new folder that only this user reads, below $GRADIO_TEMP_DIR or the system's temporary folder.

    Folders that no living process holds are removed. Raises InputError where nothing can be written.
    """
    base = Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "attention-lab")
    for lock in base.glob(f"process-*/{LOCK}"):
        try:
            with FileLock(lock, timeout=0):
                shutil.rmtree(lock.parent, ignore_errors=True)
        except (Timeout, OSError):
            continue
    try:
        base.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="process-", dir=base))
        held = FileLock(folder / LOCK)
        held.acquire(timeout=0)
    except OSError as error:
        raise InputError("page.folder", folder=str(base), reason=error.strerror) from error

    def remove() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        held.release()

    def end(number: int, _: object) -> None:
        remove()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    atexit.register(remove)
    signal.signal(signal.SIGTERM, end)
    return folder
