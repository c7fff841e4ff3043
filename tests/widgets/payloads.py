"""Values for widgets, made by the lab's own views from hand-made traces."""

from collections.abc import Callable
from typing import Any

from lab.text import Text
from lab.views import patches, windows
from lab.views.cnn_vs_attention import attribution, convolution, position
from lab.views.fields import field

from . import photo_traces

ENGLISH = Text("en")


def vit(bench: Any) -> dict:
    trace = photo_traces.vit()
    return bench.value(patches.facts(trace), patches.arrays(trace))


def swin(bench: Any) -> dict:
    trace = photo_traces.swin()
    return bench.value(windows.facts(trace), windows.arrays(trace))


def pair(bench: Any) -> dict:
    return {"vit": vit(bench), "swin": swin(bench)}


def charts(bench: Any) -> dict:
    trace = photo_traces.vit()
    return {"charts": [patches.distance_chart(trace, ENGLISH), patches.lens_chart(trace, ENGLISH)]}


def answer(bench: Any) -> dict:
    trace = photo_traces.vit()
    classes = sorted(patches.prediction(trace, ENGLISH).items(), key=lambda one: -one[1])[:3]
    return {"model": trace.model, "classes": [{"label": label, "share": share} for label, share in classes]}


def fields(bench: Any) -> dict:
    return bench.value(*field.payload(photo_traces.fields(), ENGLISH))


def moved(bench: Any) -> dict:
    return bench.value(*position.payload(photo_traces.position(), ENGLISH))


def sweep(bench: Any) -> dict:
    return bench.value(*convolution.payload(photo_traces.convolution(), ENGLISH))


def attributions(bench: Any) -> dict:
    return bench.value(*attribution.payload(photo_traces.attribution(), ENGLISH))


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
