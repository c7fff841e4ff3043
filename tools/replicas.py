"""Questions that the lab on Ray Serve answers in a second with one model replica and with two.

Each replica computes on one core. Both labs are there all the time and are asked in turns.
"""

import itertools
import json
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import httpx

from tools import browser
from tools.figures import Figures, Timer, turns

ASKED = {"endpoint": "generate", "length": 120}
"""A run that computes nearly all the time that it takes, and whose answer is small."""
LETTERS = str.maketrans("01", "ab")
"""The model knows no digits."""
ASKING = 4
"""Questions on their way at the same time."""
QUESTIONS = 24
ROUNDS = 5


def answer(client: httpx.Client, endpoint: str, **sent: Any) -> Any:
    """What an endpoint answers. Raises RuntimeError with its sentence where it refuses."""
    called = client.post(f"/gradio_api/call/v2/{endpoint}", json=sent).raise_for_status().json()
    with client.stream("GET", f"/gradio_api/call/{endpoint}/{called['event_id']}") as lines:
        event = ""
        for line in lines.iter_lines():
            kind, _, value = line.partition(": ")
            event = value if kind == "event" else event
            if kind == "data" and event == "complete":
                return json.loads(value)[0]
            if kind == "data" and event == "error":
                raise RuntimeError(value)
    raise RuntimeError("no answer")


class Lab(NamedTuple):
    """A lab on Ray Serve: who asks it, and the id of its first process."""

    client: httpx.Client
    pid: int


@contextmanager
def lab(replicas: int) -> Iterator[Lab]:
    """One with so many replicas, once all of them are there."""
    cores = {"LAB_REPLICA_CORES": "1", "OMP_NUM_THREADS": "1"}
    count = {"LAB_REPLICAS": str(replicas), "LAB_REPLICAS_MAX": str(replicas)}
    with browser.lab(("-m", "lab.cluster"), cores | count) as running, httpx.Client(base_url=running.address) as client:
        client.timeout = 300
        while client.get("/health").json()["replicas"] < replicas:
            time.sleep(0.5)
        yield Lab(client, running.process.pid)


def asking(client: httpx.Client, questions: Iterator[int]) -> Timer:
    """Gives the seconds until some questions are answered that nobody has asked before."""

    def ask(number: int) -> None:
        answer(client, text=f"Question {number:010b}:".translate(LETTERS), **ASKED)

    def seconds() -> float:
        begun = time.perf_counter()
        with ThreadPoolExecutor(ASKING) as asking:
            list(asking.map(ask, itertools.islice(questions, QUESTIONS)))
        return time.perf_counter() - begun

    return seconds


def replica_rows(figures: Figures) -> None:
    """Answers a second with one replica and with two, and what the second one brings."""
    with ExitStack() as stack:
        labs = {f"{count} replicas": stack.enter_context(lab(count)).client for count in (1, 2)}
        timers = {name: asking(client, itertools.count()) for name, client in labs.items()}
        times = turns(timers, ROUNDS)
    for name, seconds in times.items():
        figures.add(f"{name}: answers a second", QUESTIONS / statistics.median(seconds), "")
    ratios = [one / two for one, two in zip(*times.values(), strict=True)]
    figures.add("2 replicas / 1 replica", statistics.median(ratios), "x", "2")
