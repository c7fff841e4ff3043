"""Values for widgets, made by the lab's own views from its saved runs."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from lab.text import Text
from lab.views import patches, windows
from lab.views.decoding import decode, race
from models.traces import PatchesTrace

from .decoding_run import decoding_trace, race_trace

RUNS = Path(__file__).resolve().parents[2] / "assets" / "runs"


@cache
def photo_run() -> PatchesTrace:
    return PatchesTrace.load(RUNS / "patches.npz")


def vit(bench: Any) -> dict:
    return bench.value(patches.facts(photo_run().vit), patches.arrays(photo_run().vit))


def swin(bench: Any) -> dict:
    return bench.value(windows.facts(photo_run().swin), windows.arrays(photo_run().swin))


def pair(bench: Any) -> dict:
    return {"vit": vit(bench), "swin": swin(bench)}


def decoding(bench: Any) -> dict:
    return bench.value(*decode.payload(decoding_trace(), Text("en")))


def decoding_race(bench: Any) -> dict:
    return bench.value(*race.payload(race_trace(), Text("en")))


PAYLOADS: dict[str, Callable[[Any], Any]] = {
    "decoding/decode": decoding,
    "decoding/race": decoding_race,
    "patches/attend": vit,
}
"""A value for each widget. A new widget is one line here and one in `JOURNEYS` of test_states.py."""
