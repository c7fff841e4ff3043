"""A class at work in the lab: python -m tools.load --students 30 --seconds 240

Each student presses the button of Patches, Decoding or Receptive Fields, waits for the answer and thinks. Half of what
they ask is one of the examples, half their own: a photo that nobody else has, a sentence with another word.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from lab.exhibit import Exhibit
from lab.exhibits import decoding, fields, patches
from lab.inputs.photo import EXAMPLES, example
from lab.sentences import examples
from lab.text import Text
from tools import browser
from tools.figures import Figures

WORDS = ("dog", "girl", "horse", "street", "red", "two", "jumping", "water", "mountain", "guitar", "old", "child")
VISITED = {"patches": patches.EXHIBIT, "decoding": decoding.EXHIBIT, "fields": fields.EXHIBIT}


WARM_UP_SECONDS = 60
"""After which what is asked counts; memory is flat if it does not grow from twice that time on."""


@dataclass(frozen=True)
class Answered:
    """A question that was answered: what is asked of which exhibit, when in the run, and after how many seconds."""

    exhibit: str
    own: bool
    begun: float
    seconds: float


class Form:
    """An exhibit's button on the English page: what pressing it sends, by the name of the input."""

    def __init__(self, config: dict[str, Any], exhibit: Exhibit) -> None:
        text = Text("en")
        components = {one["id"]: one["props"] for one in config["components"]}
        buttons = {id for id, props in components.items() if props.get("value") == text(f"{exhibit.name}.run")}
        named = {text(f"{exhibit.name}.input.{one.name}"): one.name for one in exhibit.inputs if not one.hidden}
        forms = {}
        for event in config["dependencies"]:
            if any(target in buttons and trigger == "click" for target, trigger in event["targets"]):
                parts = [components[id] for id in event["inputs"]]
                forms[event["id"]] = {named.get(props.get("label"), ""): props.get("value") for props in parts}
        whole = {*named.values(), ""}  # the visit has no label; another exhibit's button may have the same words
        self.number: int
        self.number, self.values = next((id, values) for id, values in forms.items() if set(values) == whole)

    def data(self, **values: Any) -> list[Any]:
        """What is sent: some values, the rest as they stand."""
        return [values.get(name, value) for name, value in self.values.items()]


class Student:
    """One visitor, with a session of their own."""

    def __init__(self, client: httpx.AsyncClient, forms: dict[str, Form], seed: int) -> None:
        self.client, self.forms, self.random = client, forms, random.Random(seed)
        self.session = uuid.uuid4().hex
        self.answered: list[Answered] = []
        self.refusals: Counter[str] = Counter()

    async def work(self, start: float, until: float, think: float) -> None:
        """Open the page, then ask and think until the time is over."""
        await asyncio.sleep(self.random.uniform(0, think))
        await self.client.get("/")
        while time.perf_counter() < until:
            exhibit, own = self.random.choice(list(self.forms)), self.random.random() < 0.5
            chosen = {"sentence": self.sentence(own)} if exhibit == "decoding" else {"photo": await self.photo(own)}
            begun = time.perf_counter()
            refusal = await self.press(self.forms[exhibit], chosen)
            if refusal is None:
                self.answered.append(Answered(exhibit, own, begun - start, time.perf_counter() - begun))
            else:
                self.refusals[refusal] += 1
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * think)

    def sentence(self, own: bool) -> str:
        """An example, or one with a word of the student's own."""
        words = self.random.choice(examples("de")).split()
        if own:
            words[self.random.randrange(len(words))] = self.random.choice(WORDS)
        return " ".join(words)

    async def photo(self, own: bool) -> dict[str, Any]:
        """An example, or colours that nobody else has; uploaded."""
        if not own:
            content = example(self.random.choice(list(EXAMPLES))).read_bytes()
        else:
            colours = np.frombuffer(self.random.randbytes(6 * 8 * 3), np.uint8).reshape(6, 8, 3)
            picture = io.BytesIO()
            Image.fromarray(colours).resize((640, 480), Image.Resampling.BICUBIC).save(picture, "JPEG")
            content = picture.getvalue()
        answer = await self.client.post("/gradio_api/upload", files={"files": ("photo.jpg", content)})
        return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}

    async def press(self, form: Form, chosen: dict[str, Any]) -> str | None:
        """The sentence that refuses; None where there is an answer."""
        job = {"data": form.data(**chosen), "fn_index": form.number, "session_hash": self.session}
        joined = await self.client.post("/gradio_api/queue/join", json=job)
        if joined.status_code != 200:
            return f"HTTP {joined.status_code} {joined.text}"
        query = {"session_hash": self.session}
        async with self.client.stream("GET", "/gradio_api/queue/data", params=query) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if message.get("msg") == "process_completed":
                    return None if message["success"] else message["output"].get("error") or "no sentence"
        return "no answer"


def memory(pid: int, kind: str) -> float:
    """Megabytes of a process: VmRSS now, VmHWM at most."""
    found = re.search(rf"{kind}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


async def visit(address: str, pid: int, students: int, seconds: float, think: float) -> tuple[list[Student], float]:
    """Let them all work at the same time; the students, and the server's memory when it should have become flat."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=600, limits=limits) as client:
        config = (await client.get("/config?page=")).json()
        forms = {name: Form(config, exhibit) for name, exhibit in VISITED.items()}
        start = time.perf_counter()
        all_of_them = [Student(client, forms, seed) for seed in range(students)]
        working = asyncio.gather(*(student.work(start, start + seconds, think) for student in all_of_them))
        await asyncio.sleep(2 * WARM_UP_SECONDS)
        early = memory(pid, "VmRSS")
        await working
    return all_of_them, early


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--think", type=float, default=20, help="seconds between an answer and the next question")
    asked = parser.parse_args()
    figures = Figures()
    with browser.lab() as running:
        pid = running.process.pid
        students, early = asyncio.run(visit(running.address, pid, asked.students, asked.seconds, asked.think))
        late, most = (memory(pid, kind) for kind in ("VmRSS", "VmHWM"))
    report(figures, students, asked.seconds)
    for name, value in (("after two minutes", early), ("at the end", late), ("at most", most)):
        figures.add(f"memory of the server {name}", value, "MB", "flat, under 2000")
    figures.write(f"{asked.students} students")


def report(figures: Figures, students: list[Student], seconds: float) -> None:
    """What they met after the first minute."""
    answered = [one for student in students for one in student.answered if one.begun > WARM_UP_SECONDS]
    for kind, own, aim in (("example", False, "p95 under 1"), ("fresh", True, "p95 under 5")):
        for exhibit in ("", *VISITED):
            times = [one.seconds for one in answered if one.own == own and exhibit in ("", one.exhibit)]
            if len(times) > 1:
                name = f"{kind} question{' of ' + exhibit if exhibit else ''}"
                figures.add(f"{name}, p50", statistics.median(times), "s")
                figures.add(f"{name}, p95", statistics.quantiles(times, n=20)[-1], "s", aim)
    fresh = sum(one.own for one in answered)
    figures.add("fresh questions answered a second", fresh / (seconds - WARM_UP_SECONDS), "")
    refusals = sum((student.refusals for student in students), Counter())
    figures.add("refusals", refusals.total(), "")
    for sentence, count in refusals.most_common():
        print(f"{count:>5}  {sentence}")


if __name__ == "__main__":
    main()
