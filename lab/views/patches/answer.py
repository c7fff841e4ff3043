"""The Vision Transformer's answer: its most probable classes, and which classes it knows at all."""

from collections import Counter
from typing import TypedDict

import numpy as np

from lab.format import percent
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import VitTrace

MAX_NAMED = 12
"""Classes that are named one by one."""


class ClassShare(TypedDict):
    """One class and its probability, as a number from 0 to 1 and in words."""

    label: str
    share: float
    percent: str


class AnswerMeta(TypedDict):
    """The most probable classes, the most probable first."""

    classes: list[ClassShare]


def payload(trace: VitTrace, text: Text, count: int = 3) -> Payload:
    """The `count` most probable classes, by name in the page's language; a name that occurs twice gets its number."""
    names = [text.label(label) for label in trace.labels]
    twice = {name for name, times in Counter(names).items() if times > 1}
    classes: list[ClassShare] = []
    for index in np.argsort(-trace.probability, kind="stable")[:count].tolist():
        name, share = names[index], float(trace.probability[index])
        label = f"{name} ({index})" if name in twice else name
        classes.append({"label": label, "share": share, "percent": percent(share)})
    return Payload(AnswerMeta(classes=classes), {})


def claim(trace: VitTrace, text: Text) -> str:
    """Which classes the model knows, so that nobody wonders at its answer."""
    model, count = plain(trace.model), len(trace.labels)
    if count > MAX_NAMED:
        return text("patches.view.answer.knows_many", model=model, count=count)
    names = text("patches.view.answer.comma").join(plain(text.label(label)) for label in trace.labels)
    return text("patches.view.answer.knows_few", model=model, count=count, names=names)
