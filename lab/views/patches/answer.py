"""The Vision Transformer's answer: its most probable classes, and which classes it knows at all."""

from typing import TypedDict

import numpy as np

from lab.format import class_names, percent
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import MobileVitTrace, SwinTrace, VitTrace

MAX_NAMED = 12
"""Classes that are named one by one."""


class ClassShare(TypedDict):
    """One class and its probability, as a number from 0 to 1 and in words."""

    label: str
    share: float
    percent: str


class AnswerMeta(TypedDict):
    """Whose answer it is, and the most probable classes, the most probable first."""

    model: str
    classes: list[ClassShare]


def payload(trace: VitTrace, text: Text, count: int = 3) -> Payload:
    """The `count` most probable classes, by name in the page's language."""
    names = class_names(trace.labels, text)
    classes: list[ClassShare] = []
    for index in np.argsort(-trace.probability, kind="stable")[:count].tolist():
        share = float(trace.probability[index])
        classes.append({"label": names[index], "share": share, "percent": percent(share)})
    return Payload(AnswerMeta(model=trace.model, classes=classes), {})


def claim(trace: VitTrace, text: Text) -> str:
    """Which classes the model knows, so that nobody wonders at its answer."""
    model, count = plain(trace.model), len(trace.labels)
    verb = "gives" if trace.independent else "knows"
    if count > MAX_NAMED:
        return text(f"patches.view.answer.{verb}_many", model=model, count=count)
    names = text("patches.view.answer.comma").join(plain(name) for name in class_names(trace.labels, text))
    if count == 1:
        return text("patches.view.answer.gives_one", model=model, names=names)
    return text(f"patches.view.answer.{verb}_few", model=model, count=count, names=names)


def line(trace: SwinTrace | MobileVitTrace, text: Text, view: str) -> str:
    """The most probable class and its probability, in the words of a view."""
    label = int(trace.probability.argmax())
    return text(
        f"patches.view.{view}.line",
        model=plain(trace.model),
        label=plain(class_names(trace.labels, text)[label]),
        share=percent(trace.probability[label]),
    )
