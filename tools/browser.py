"""The lab as tests, the benchmark and the load test meet it: started as a person starts it, in a real browser.

python -m tools.browser makes sure that there is a browser: by apt where there is apt, else by Playwright's download.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("chromium-headless-shell", "chromium")
"""Of Debian, the quicker one first."""


class Running(NamedTuple):
    """A lab that answers: its address, its process and the seconds until it answered HTTP."""

    address: str
    process: subprocess.Popen
    seconds: float


def executable() -> str | None:
    """Path of the browser: $LAB_BROWSER, else the system's Chromium; None for the one that Playwright downloaded.

    A Chromium without windows comes first: it draws the same and opens a page in three quarters of the time.
    """
    return os.environ.get("LAB_BROWSER") or next(filter(None, map(shutil.which, (*PACKAGES, "chromium-browser"))), None)


@contextmanager
def chromium() -> Iterator:
    """A headless browser, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        yield running
        running.close()


@contextmanager
def lab(
    program: tuple[str, ...] = ("app.py",), more: Mapping[str, str] = MappingProxyType({}), port: int = 0
) -> Iterator[Running]:
    """Start the lab for this machine alone, and stop it in the end.

    program: what Python runs; more: settings; port: 0 for a free one.
    """
    if not port:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    where = {"GRADIO_SERVER_PORT": str(port), "GRADIO_SERVER_NAME": "127.0.0.1"}
    settings = {"LAB_PRIVATE": "1", **os.environ, **where, **more}
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, *program], cwd=ROOT, env=settings)
    try:
        address = _answered(f"http://127.0.0.1:{port}", process)
        yield Running(address, process, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait()


def _answered(address: str, process: subprocess.Popen) -> str:
    for _ in range(12_000):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return address
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise RuntimeError("the lab did not start")


def main() -> None:
    """Install a browser where there is none, and as root the quicker one beside the other; a person is asked before."""
    found = executable()
    if found and (os.geteuid() or Path(found).name != PACKAGES[-1]):
        return
    commands = [_apt("install", "-y", "-qq", package, "fonts-noto-cjk") for package in PACKAGES]
    if shutil.which("apt-get") and _agreed(commands[0]):
        subprocess.run(_apt("update", "-qq"), check=False)
        if any(subprocess.run(command, check=False).returncode == 0 for command in commands):
            return
    if not found:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def _apt(*arguments: str) -> list[str]:
    return [*(["sudo"] if os.geteuid() else []), "apt-get", *arguments]


def _agreed(command: list[str]) -> bool:
    """Whether this may run: as root without asking, else if the person at the terminal says so."""
    if not os.geteuid():
        return True
    if not sys.stdin.isatty():
        return False
    return input(f"The tests need Chromium. Run “{' '.join(command)}”? [y/N] ").strip().lower() == "y"


if __name__ == "__main__":
    main()
