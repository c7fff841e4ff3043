"""A made exhibit whose computations a test can watch, hold up and break."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Annotated, Any

import numpy as np

from lab.exhibit import Exhibit, Run, Truth, View
from lab.inputs.kinds import Line, Number
from lab.inputs.translation import Forces
from lab.text import Text
from models.axes import Trace


@dataclass(frozen=True, eq=False)
class MadeTrace(Trace):
    word: str
    number: Annotated[np.ndarray, "item"]


def trace(word="a", count=1):
    return MadeTrace(word, np.arange(count, dtype=np.float32))


class MadeText(Text):
    """The lab's words, and keys where a made exhibit has none."""

    def __call__(self, key, **details):
        return super().__call__(key, **details) if self.has(key) else key


class Work:
    """What the made computation does: counts its calls, and waits where a test says so."""

    def __init__(self):
        self.calls, self.ended = [], []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.do: Callable[..., Any] = lambda word, count, forces, progress: trace(word, count)
        self.do_other: Callable[..., Any] = lambda word, progress: trace(word)

    def compute(self, *, word, count, forces, progress):
        self.calls.append(word)
        self.begun.set()
        try:
            while not self.go_on.wait(0.01):
                progress.beat()
            return self.do(word, count, forces, progress)
        finally:
            self.ended.append(word)

    def other(self, *, word, progress):
        self.calls.append(f"other {word}")
        return self.do_other(word, progress)


def module(name, **members):
    """A module that has these."""
    made = ModuleType(f"tests.lab.{name}")
    vars(made).update(members)
    return made


def exhibit(work, name="cost", table=False, truth: Truth = "measured", **settings):
    """An exhibit that borrows the words of Cost; its views may have rows in a table, but for the last one."""
    sys.modules["made_work"] = module("made_work", compute=work.compute, other=work.other)
    plain = {"claim": lambda trace, text: f"{trace.word}{len(trace.number)}"}
    shown = module("made_view", **plain, **({"verdict": lambda trace, text: f"row {trace.word}"} if table else {}))
    rowless = (View("rowless", module("made_rowless", **plain)),) if table else ()
    aside = module("made_aside", claim=lambda trace, text: f"aside {trace.word}")
    return Exhibit(
        name,
        inputs=(
            Line(name="word", default="a"),
            Number(name="count", default=1, minimum=1, maximum=9),
            Forces(name="forces"),
        ),
        runs=(
            Run(
                "first",
                compute="made_work:compute",
                trace=MadeTrace,
                inputs=("word", "count", "forces"),
                views=(View("cost", shown, truth=truth), View("aside", aside, aside=True, truth=truth)),
                actions={"force": "forces"},
                **settings,
            ),
            Run(
                "second",
                compute="made_work:other",
                trace=MadeTrace,
                inputs=("word",),
                views=(View("other", shown), *rowless),
            ),
        ),
    )
