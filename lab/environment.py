"""What the owner sets by environment variables, checked before Gradio and torch read it, and this process's own folder.

The folder holds visitors' files. It goes with the process; what a killed process left goes when the next one starts.
"""

import atexit
import ctypes
import ipaddress
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lab import journal, preload
from lab.text import LANGUAGES, Text
from models import device, limits
from models.errors import InputError
from models.hub import is_public_server

LOCK = "in-use.lock"
_held: dict[Path, FileLock] = {}
"""The locks of this process's folders."""
WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
"""Where `make weights` puts what packages carry, so that it goes where the lab's folder goes."""
QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""How many of the machine's cores a container may use, as microseconds of a period's: "200000 100000"."""
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
    "LAB_REPLICAS": 1,
    "LAB_REPLICAS_MAX": 1,
    "LAB_REPLICA_CORES": 1,
}
"""What Gradio or the lab reads as a whole number, and the least that it can be."""
FASTER = ("uvloop", "httptools")
"""What Gradio's server would use where it happens to be installed (Ray Serve needs it), in place of what is tested."""
LOCALHOST = "127.0.0.1"
THIS_MACHINE = {"localhost", LOCALHOST, "::1"}
HUGGING_FACE = "https://huggingface.co"
"""Shows a Space in a frame."""
M_ARENA_MAX, ARENAS = -8, 2
"""glibc's option, and how many heaps threads share: of more, each keeps what was freed in it (0.3 GB of a class)."""


def prepare() -> int:
    """Settle what is not set, and end the program with a sentence in both languages for what cannot be used.

    Gives the port.
    """
    settle()
    for name in FASTER:
        sys.modules.setdefault(name, None)  # pyright: ignore[reportArgumentType]
    with ending_with_a_sentence():
        device.check()
        preload.chosen()
        limits.check()
        check_counts()
        check_private()
        frames()
        port = check_address(
            address(), os.environ.get("GRADIO_SERVER_PORT", ""), int(os.environ.get("GRADIO_NUM_PORTS", "100"))
        )
        os.environ["GRADIO_TEMP_DIR"] = str(own_folder())
        return port


def settle() -> None:
    """Settle what is not set, in each process of the lab."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("LAB_PRIVATE", "0")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    journal.begin()
    if WEIGHTS.is_dir():
        os.environ.setdefault("HF_ASSETS_CACHE", str(WEIGHTS))
    if cores := allowed_cores():
        os.environ.setdefault("OMP_NUM_THREADS", str(cores))
    sys.modules.setdefault("mcp", None)  # pyright: ignore[reportArgumentType]: Gradio would import it, for a second
    if hasattr(ctypes.CDLL(None), "mallopt"):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
    if "SPACE_ID" in os.environ:  # there the proxy alone reaches the lab, and tells the visitors' addresses
        os.environ.setdefault("FORWARDED_ALLOW_IPS", "*")


@contextmanager
def ending_with_a_sentence() -> Iterator[None]:
    """An InputError ends the program, and its sentence is told in both languages."""
    try:
        yield
    except InputError as error:
        sys.exit("\n".join(Text(language).error(error) for language in LANGUAGES))


def address() -> str:
    """Where the lab listens."""
    return os.environ.get("GRADIO_SERVER_NAME") or LOCALHOST


def allowed_cores() -> int:
    """How many cores this container may use at a time, at least 1, which PyTorch does not look for; 0 for all."""
    try:
        quota, period = QUOTA.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return 0
    return max(1, int(quota) // int(period)) if quota.isdecimal() else 0


def check_counts() -> None:
    """Raise InputError where a setting is no whole number that can be used; an empty one counts as not set."""
    for name, minimum in COUNTS.items():
        value = os.environ.get(name, "")
        if value and not (value.isascii() and value.isdecimal() and len(value) <= 9 and int(value) >= minimum):
            raise InputError("page.count", name=name, value=value[:80], minimum=minimum)
    for name in (*COUNTS, "GRADIO_SERVER_PORT"):
        if not os.environ.get(name):
            os.environ.pop(name, None)


def check_private() -> None:
    """Raise InputError where the lab is said to be its owner's alone, and others are let in all the same."""
    if is_public_server():
        return
    if os.environ.get("GRADIO_SHARE", "").lower() == "true":
        raise InputError("page.private", name="GRADIO_SHARE", value="True")
    if not _is_loopback(address()):
        raise InputError("page.private", name="GRADIO_SERVER_NAME", value=address()[:80])


def _is_loopback(name: str) -> bool:
    try:
        found = socket.getaddrinfo(name, None)
    except (OSError, UnicodeError):
        return True  # `check_address` says what is wrong with it
    return all(ipaddress.ip_address(address[0]).is_loopback for *_, address in found)


def hosts() -> frozenset[str]:
    """The names under which the lab answers: those of LAB_HOSTS and of this machine; "*" for a public one without."""
    named = {name.lower() for name in _listed("LAB_HOSTS")}
    if is_public_server() and not named:
        return frozenset({"*"})
    return frozenset(named | THIS_MACHINE | {address()})


def frames() -> tuple[str, ...]:
    """The sites that may show the lab in a frame: those of LAB_FRAMES, and Hugging Face for a Space.

    Raises InputError for what is no site.
    """
    sites = _listed("LAB_FRAMES")
    for site in sites:
        if not re.fullmatch(r"https?://(\*\.)?[\w.-]+(:\d+)?", site, re.ASCII):
            raise InputError("page.frames", site=site[:80])
    return (*sites, HUGGING_FACE) if "SPACE_ID" in os.environ else sites


def _listed(name: str) -> tuple[str, ...]:
    """What a setting lists, between commas or spaces."""
    return tuple(os.environ.get(name, "").replace(",", " ").split())


def check_address(name: str, port: str, count: int) -> int:
    """The port, without one the first free of the `count` that Gradio tries.

    Raises InputError unless the lab can listen there.
    """
    if port and not (port.isascii() and port.isdecimal() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise InputError("page.port", port=port[:80])
    if reason := _refusal(name, 0):
        raise InputError("page.address", name=name[:80], reason=reason)
    tried = range(int(port), int(port) + 1) if port else range(FIRST_PORT, min(FIRST_PORT + count, 65536))
    reason = ""
    for one in tried:
        reason = _refusal(name, one)
        if not reason:
            return one
    raise InputError("page.port_taken", address=f"{name}:{tried[0]}", reason=reason)


def port_taken(reason: str) -> InputError:
    """What is said where another program has the port that was free at the start."""
    port = os.environ.get("GRADIO_SERVER_PORT") or FIRST_PORT
    return InputError("page.port_taken", address=f"{address()}:{port}", reason=reason)


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
        folder = Path(tempfile.mkdtemp(prefix="process-", dir=base)).resolve()
        hold(folder)
    except OSError as error:
        raise InputError("page.folder", folder=str(base), reason=error.strerror) from error

    def remove() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        _held.pop(folder).release()

    def end(number: int, _: object) -> None:
        remove()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        os._exit(128 + number)  # the first process of a container, which a signal does not end

    atexit.register(remove)
    signal.signal(signal.SIGTERM, end)
    return folder


def hold(folder: Path) -> None:
    """Have a folder that only this user reads, of which other processes know that this one lives. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _held[folder] = FileLock(folder / LOCK, is_singleton=False)
    _held[folder].acquire(timeout=0)
