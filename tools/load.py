"""A class at work in the lab: python -m tools.load --students 30 --seconds 600 prints what it meets.

Each student goes through the views of all exhibits, in an order of their own, by the links that a lecturer would give:
asks, waits for the answer and thinks. Half of the questions are what the page shows, half the student's own: a photo
that nobody else has, a sentence with another word.
"""

import argparse
import asyncio
import io
import json
import random
import re
import statistics
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
from PIL import Image

from lab.exhibit import Exhibit, Run
from lab.exhibits import EXHIBITS
from lab.inputs.generation import Prompt
from lab.inputs.image_text import Sentences
from lab.inputs.photo import EXAMPLES, Photo, example
from lab.inputs.sentence import Sentence
from lab.sentences import examples
from lab.text import Text
from tools import browser
from tools.figures import Figures

WORDS = ("dog", "girl", "horse", "street", "red", "two", "jumping", "water", "mountain", "guitar", "old", "child")
TRAINS = ("learning",)
"""Runs that train on a text of one's own for as long as they are told to: they are opened as they are saved."""

CROWDED = re.compile(re.escape(Text("en")("run.error.crowded", count=0, seconds=0)).replace("0", r"\d+"))
"""What a student is told where too many ask."""
WARM_UP_SECONDS = 60
"""After which what is asked counts; memory is flat if it does not grow from twice that time on."""


@dataclass(frozen=True)
class Answered:
    """A question that was answered: what is asked of which exhibit, when in the run, and after how many seconds."""

    exhibit: str
    own: bool
    begun: float
    seconds: float


class Visited(NamedTuple):
    """A view of an exhibit, and its run."""

    exhibit: Exhibit
    run: Run
    view: str


VISITED = [Visited(exhibit, run, view) for exhibit in EXHIBITS for view, (run, _) in exhibit.views.items()]


def doors(config: dict[str, Any]) -> dict[str, int]:
    """The number of the event by which each exhibit of the English page takes links, by the exhibit's name."""
    scripts = {one["id"]: one["props"].get("js_on_load") or "" for one in config["components"]}
    named = [(exhibit.name, f'door("{exhibit.name}"') for exhibit in EXHIBITS]
    found: dict[str, int] = {}
    for event in config["dependencies"]:
        for target, _ in event["targets"]:
            for name, call in named:
                if call in scripts.get(target, ""):
                    found.setdefault(name, event["id"])
    return found


async def follow(client: httpx.AsyncClient, door: int, session: str, link: dict[str, Any]) -> str | None:
    """Ask as the browser does that opens a link; the sentence that refuses, None where there is an answer."""
    job = {"data": [None, None], "event_data": link, "fn_index": door, "session_hash": session}
    joined = await client.post("/gradio_api/queue/join", json=job)
    if joined.status_code != 200:
        return f"HTTP {joined.status_code} {joined.text}"
    query = {"session_hash": session}
    async with client.stream("GET", "/gradio_api/queue/data", params=query) as stream:
        async for line in stream.aiter_lines():
            message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if message.get("msg") == "process_completed":
                return None if message["success"] else message["output"].get("error") or "no sentence"
    return "no answer"


class Student:
    """One visitor, with a session of their own."""

    def __init__(self, client: httpx.AsyncClient, doors: dict[str, int], seed: int) -> None:
        self.client, self.doors, self.random = client, doors, random.Random(seed)
        self.session = uuid.uuid4().hex
        self.answered: list[Answered] = []
        self.refused: list[float] = []
        """Seconds until each time that there was no place."""
        self.refusals: Counter[str] = Counter()

    async def work(self, start: float, until: float, think: float) -> None:
        """Open the page, then ask and think until the time is over."""
        await asyncio.sleep(self.random.uniform(0, think))
        await self.client.get("/")
        for visited in self.walk():
            if time.perf_counter() > until:
                return
            asked = await self.own(visited.run, visited.exhibit) if self.random.random() < 0.5 else {}
            link = {"view": visited.view, "asked": asked}
            begun = time.perf_counter()
            refusal = await follow(self.client, self.doors[visited.exhibit.name], self.session, link)
            seconds = time.perf_counter() - begun
            if refusal is None:
                self.answered.append(Answered(visited.exhibit.name, bool(asked), begun - start, seconds))
            else:
                self.refusals[refusal] += 1
                if CROWDED.fullmatch(refusal):
                    self.refused.append(seconds)
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * think)

    def walk(self) -> Iterator[Visited]:
        """All views, again and again, each time in another order."""
        while True:
            yield from self.random.sample(VISITED, len(VISITED))

    async def own(self, run: Run, exhibit: Exhibit) -> dict[str, Any]:
        """What a student puts in place of the examples that a run reads; nothing where it reads none."""
        inputs = [exhibit.input(name) for name in run.inputs if run.name not in TRAINS]
        asked: dict[str, Any] = {}
        for one in inputs:
            if isinstance(one, Photo):
                asked[one.name] = await self.photo()
            elif isinstance(one, Sentence | Prompt):
                asked[one.name] = self.sentence()
            elif isinstance(one, Sentences):
                asked[one.name] = "\n".join(self.sentence() for _ in range(3))
        return asked

    def sentence(self) -> str:
        """An example with a word of the student's own."""
        words = self.random.choice(examples("de")).split()
        words[self.random.randrange(len(words))] = self.random.choice(WORDS)
        return " ".join(words)

    async def photo(self) -> dict[str, Any]:
        """An example with a patch of colours that nobody else has; uploaded."""
        picture = Image.open(example(self.random.choice(list(EXAMPLES)))).convert("RGB")
        colours = np.frombuffer(self.random.randbytes(6 * 8 * 3), np.uint8).reshape(6, 8, 3)
        picture.paste(Image.fromarray(colours).resize((64, 48), Image.Resampling.BICUBIC))
        content = io.BytesIO()
        picture.save(content, "JPEG")
        answer = await self.client.post("/gradio_api/upload", files={"files": ("photo.jpg", content.getvalue())})
        return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}


def memory(pid: int, kind: str) -> float:
    """Megabytes of a process: VmRSS now, VmHWM at most."""
    found = re.search(rf"{kind}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


async def visit(address: str, pid: int, students: int, seconds: float, think: float) -> tuple[list[Student], float]:
    """Let them all work at the same time; the students, and the server's memory when it should have become flat."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=600, limits=limits) as client:
        found = doors((await client.get("/config?page=")).json())
        start = time.perf_counter()
        all_of_them = [Student(client, found, seed) for seed in range(students)]
        working = asyncio.gather(*(student.work(start, start + seconds, think) for student in all_of_them))
        await asyncio.sleep(2 * WARM_UP_SECONDS)
        early = memory(pid, "VmRSS")
        await working
    return all_of_them, early


def class_rows(figures: Figures, students: int, seconds: float = 600, think: float = 20) -> None:
    """What a class meets in a lab of its own, and this lab's memory. think: seconds between answer and question."""
    with browser.lab() as running:
        pid = running.process.pid
        everyone, early = asyncio.run(visit(running.address, pid, students, seconds, think))
        late, most = (memory(pid, kind) for kind in ("VmRSS", "VmHWM"))
    report(figures, everyone, seconds)
    for name, value in (("after two minutes", early), ("at the end", late), ("at most", most)):
        figures.add(f"memory of the server {name}", value, "MB", "flat, under 2000")


def report(figures: Figures, students: list[Student], seconds: float) -> None:
    """What they met after the first minute."""
    answered = [one for student in students for one in student.answered if one.begun > WARM_UP_SECONDS]
    for kind, own, aim in (("example", False, "p95 under 0.5"), ("fresh", True, "p95 under 3")):
        for exhibit in ("", *(one.name for one in EXHIBITS)):
            times = [one.seconds for one in answered if one.own == own and exhibit in ("", one.exhibit)]
            if len(times) > 1:
                name = f"{kind} question{' of ' + exhibit if exhibit else ''}"
                figures.add(f"{name}, p50", statistics.median(times), "s")
                figures.add(f"{name}, p95", statistics.quantiles(times, n=20)[-1], "s", aim)
    fresh = sum(one.own for one in answered)
    figures.add("fresh questions answered a second", fresh / (seconds - WARM_UP_SECONDS), "")
    refusals = sum((student.refusals for student in students), Counter())
    refused = [seconds for student in students for seconds in student.refused]
    figures.add("refusals for want of a place", len(refused), "")
    figures.add("until such a refusal, at most", max(refused, default=0), "s")
    figures.add("other refusals", refusals.total() - len(refused), "")
    for sentence, count in refusals.most_common():
        print(f"{count:>5}  {sentence}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--think", type=float, default=20, help="seconds between an answer and the next question")
    asked = parser.parse_args()
    class_rows(Figures(f"{asked.students} students"), asked.students, asked.seconds, asked.think)


if __name__ == "__main__":
    main()
