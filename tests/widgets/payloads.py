"""Values for widgets, made by the lab's own views from its saved runs."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from lab.text import Text
from lab.views import patches, windows
from models.traces import PatchesTrace

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


def charts(bench: Any) -> dict:
    trace, text = photo_run().vit, Text("en")
    return {"charts": [patches.distance_chart(trace, text), patches.lens_chart(trace, text)], "answer": "1"}


def answer(bench: Any) -> dict:
    classes = sorted(patches.prediction(photo_run().vit, Text("en")).items(), key=lambda one: -one[1])[:3]
    return {"model": photo_run().vit.model, "classes": [{"label": label, "share": share} for label, share in classes]}


PAYLOADS: dict[str, Callable[[Any], Any]] = {
    "answer": answer,
    "chart": charts,
    "patches/attend": vit,
    "patches/cut": vit,
    "patches/pair": pair,
    "patches/windows": swin,
}
"""A value for each widget. A new widget is one line here and one in `JOURNEYS` of test_states.py."""
