"""What a free Space of Hugging Face carries: the lab with two cores and 16 GB, one run of every exhibit."""

import asyncio
import os
import resource
import time
import uuid

import httpx

from models.checkpoint import bundled
from tools import browser
from tools.figures import Figures
from tools.load import doors, follow, memory

CORES, BYTES = 2, 16 * 10**9
NOTHING_SAVED = """import pathlib, runpy
import lab.saved
lab.saved.RUNS = pathlib.Path("none")
runpy.run_path("app.py", run_name="__main__")"""
"""So that every question is computed."""


def space_rows(figures: Figures) -> None:
    """Seconds until the lab answers, its memory then, after a run of each exhibit, and with all models opened before.

    The limits are this process's from then on, and those of what it starts.
    """
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    os.environ["LAB_PRIVATE"] = "0"
    with browser.lab(("-c", NOTHING_SAVED)) as running:
        figures.add("start until HTTP 200", running.seconds, "s")
        figures.add("memory at the start", memory(running.process.pid, "VmRSS"), "MB")
        asyncio.run(ask_each(running.address, figures))
        figures.add("memory after a run of each exhibit", memory(running.process.pid, "VmRSS"), "MB")
        figures.add("memory at most", memory(running.process.pid, "VmHWM"), "MB", "under 16000")
    os.environ["LAB_PRELOAD"] = "all"
    with browser.lab() as running, httpx.Client(base_url=running.address, timeout=60) as client:
        begun = time.perf_counter()
        while client.get("/health").json()["models_open"] < len(bundled()):
            time.sleep(0.2)
        figures.add("all models open, after the start", time.perf_counter() - begun, "s")
        figures.add("memory with all models open", memory(running.process.pid, "VmRSS"), "MB")


async def ask_each(address: str, figures: Figures) -> None:
    """Ask what each exhibit begins with. Raises RuntimeError where there is no answer."""
    async with httpx.AsyncClient(base_url=address, timeout=600) as client:
        found = doors((await client.get("/config?page=")).json())
        for name, door in found.items():
            begun = time.perf_counter()
            refusal = await follow(client, door, uuid.uuid4().hex, {})
            figures.add(f"a run of {name}", time.perf_counter() - begun, "s")
            if refusal:
                raise RuntimeError(f"{name} gave no answer: {refusal}")
