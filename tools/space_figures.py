"""What a free Space of Hugging Face carries: the lab with two cores and 16 GB, one run of every exhibit."""

import json
import os
import resource
import time
import uuid

import httpx

from lab.exhibit import Exhibit
from lab.exhibits import EXHIBITS
from models.checkpoint import bundled
from models.measure import seconds
from tools import browser
from tools.figures import Figures
from tools.load import Form, memory

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
    with browser.lab(("-c", NOTHING_SAVED)) as running, httpx.Client(base_url=running.address, timeout=600) as client:
        figures.add("start until HTTP 200", running.seconds, "s")
        figures.add("memory at the start", memory(running.process.pid, "VmRSS"), "MB")
        config = client.get("/config").json()
        for exhibit in EXHIBITS:
            figures.add(f"a run of {exhibit.name}", seconds(lambda one=exhibit: press(client, config, one)), "s")
        figures.add("memory after a run of each exhibit", memory(running.process.pid, "VmRSS"), "MB")
        figures.add("memory at most", memory(running.process.pid, "VmHWM"), "MB", "under 16000")
    os.environ["LAB_PRELOAD"] = "all"
    with browser.lab() as running, httpx.Client(base_url=running.address, timeout=60) as client:
        begun = time.perf_counter()
        while client.get("/health").json()["models_open"] < len(bundled()):
            time.sleep(0.2)
        figures.add("all models open, after the start", time.perf_counter() - begun, "s")
        figures.add("memory with all models open", memory(running.process.pid, "VmRSS"), "MB")


def press(client: httpx.Client, config: dict, exhibit: Exhibit) -> None:
    """Ask what an exhibit begins with, and wait for the answer. Raises RuntimeError where there is none."""
    form, session = Form(config, exhibit), uuid.uuid4().hex
    client.post("/gradio_api/queue/join", json={"data": form.data(), "fn_index": form.number, "session_hash": session})
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as lines:
        for line in lines.iter_lines():
            message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if message.get("msg") == "process_completed" and message["success"]:
                return
    raise RuntimeError(f"{exhibit.name} gave no answer")
