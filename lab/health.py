"""What a monitor asks: /health says that the lab answers, and how busy it is. No visitor and no path is in it."""

import subprocess
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lab import carrier, clients
from lab.computing import computations
from lab.record import versions

ROOT = Path(__file__).resolve().parent.parent
BEGUN = time.monotonic()


def health(_: Request) -> JSONResponse:
    """How the lab is, as far as this process knows."""
    computing, waiting = computations.count()
    state = {
        "status": "ok",
        "version": versions()["attention-lab"],
        "commit": commit(),
        **carrier.current.state(),
        "seconds_up": round(time.monotonic() - BEGUN),
        "computing": computing,
        "waiting": waiting,
    }
    return JSONResponse(state, headers={"Cache-Control": "no-store", clients.SERVER.decode(): clients.NAME.decode()})


@lru_cache(maxsize=1)
def commit() -> str:
    """Of the checkout, or as `git archive` has written it into commit.txt; "" where neither tells."""
    with suppress(OSError, subprocess.CalledProcessError):
        if (ROOT / ".git").exists():
            command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        written = (ROOT / "commit.txt").read_text(encoding="utf-8").strip()
        return "" if "Format" in written else written
    return ""


ROUTE = Route("/health", health)
