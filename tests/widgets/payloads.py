"""Values for widgets, made by the lab's own views from its saved runs."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from lab.text import Text
from lab.views import patches, windows
from lab.views.cnn_vs_attention import attribution, convolution, position
from lab.views.fields import field
from models.traces import PatchesTrace

from . import photo_traces

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


def chart(bench: Any) -> dict:
    return patches.lens_chart(photo_run().vit, Text("en"))


def charts(bench: Any) -> list[dict]:
    return [patches.distance_chart(photo_run().vit, Text("en")), chart(bench)]


def answer(bench: Any) -> dict:
    classes = sorted(patches.prediction(photo_run().vit, Text("en")).items(), key=lambda one: -one[1])[:3]
    return {"model": photo_run().vit.model, "classes": [{"label": label, "share": share} for label, share in classes]}


def fields(bench: Any) -> dict:
    return bench.value(*field.payload(photo_traces.fields(), Text("en")))


def moved(bench: Any) -> dict:
    return bench.value(*position.payload(photo_traces.position(), Text("en")))


def sweep(bench: Any) -> dict:
    return bench.value(*convolution.payload(photo_traces.convolution(), Text("en")))


def attributions(bench: Any) -> dict:
    return bench.value(*attribution.payload(photo_traces.attribution(), Text("en")))


PAYLOADS: dict[str, Callable[[Any], Any]] = {
    "answer": answer,
    "chart": charts,
    "patches/attend": vit,
    "patches/cut": vit,
    "patches/pair": pair,
    "patches/windows": swin,
    "fields/field": fields,
    "cnn_vs_attention/position": moved,
    "cnn_vs_attention/convolution": sweep,
    "cnn_vs_attention/attribution": attributions,
}
"""A value for each widget. A new widget is one line here and one in `JOURNEYS` of test_states.py."""
