"""Figures that were measured: printed beside the last ones, kept in docs/figures.json, where the README takes them."""

import json
import os
import statistics
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.device import describe
from models.measure import seconds

FILE = Path(__file__).resolve().parent.parent / "docs" / "figures.json"

Timer = Callable[[], float]


class Figures:
    """The rows of one part, and what measured them."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.rows: dict[str, float] = {}
        self.load = os.getloadavg()[0]
        self.last = read().get(part, {"rows": {}})
        print(f"{part}: {describe()}, {os.cpu_count()} cores, load before: {self.load:.1f}")
        if self.last["rows"]:
            print("last: {date}, {device}, {cores} cores, load before: {load_before:.1f}".format(**self.last))

    def add(self, name: str, value: float, unit: str, aim: str = "") -> None:
        """A row; the unit, the aim and the change since the last time are only printed."""
        last = self.last["rows"].get(name)
        change = f"{value / last:.2f} of the last" if last else ""
        print(f"{name:<58}{value:>10.3g} {unit:<4}{change:<18}{'aim: ' + aim if aim else ''}".rstrip(), flush=True)
        self.rows[name] = value

    def compare(self, name: str, ours: Timer, other: str, theirs: Timer, aim: str = "", rounds: int = 15) -> None:
        """Milliseconds of both, and the median of the ratios of the rounds."""
        both = turns({name: ours, other: theirs}, rounds)
        for label, times in both.items():
            self.add(label, statistics.median(times) * 1000, "ms")
        ratios = [mine / their for mine, their in zip(both[name], both[other], strict=True)]
        self.add(f"{name} / {other}", statistics.median(ratios), "x", aim)

    def write(self) -> None:
        """Put the rows into the file in place of those that the part had."""
        found = read()
        found[self.part] = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "device": describe(),
            "cores": os.cpu_count(),
            "load_before": round(self.load, 2),
            "rows": {name: float(f"{value:.4g}") for name, value in self.rows.items()},
        }
        FILE.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read() -> dict[str, Any]:
    """The parts of the file; none where there is no file."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def turns(timers: Mapping[str, Timer], rounds: int) -> dict[str, list[float]]:
    """Seconds of each, in turns, so that what disturbs the machine disturbs all alike. A first round does not count."""
    seen = [{name: timer() for name, timer in timers.items()} for _ in range(rounds + 1)][1:]
    return {name: [one[name] for one in seen] for name in timers}


def timed(call: Callable[[], object]) -> Timer:
    """Gives the seconds of a call."""
    return lambda: seconds(call)


def middle(call: Callable[[], object], rounds: int = 7) -> float:
    """Median seconds of a call, after one that does not count."""
    call()
    return statistics.median(seconds(call) for _ in range(rounds))
