"""Training as next-token prediction: what the model wrote while it learned, and its loss then."""

from typing import TypedDict

import numpy as np

from lab.format import number, percent
from lab.text import Text
from lab.views.payload import Payload, rounded
from models.traces import TrainingFilmTrace

RULES = ("form", "rhyme", "alternate", "oppose")
"""Of verse, by the fields of its rates."""


class TrainingMeta(TypedDict):
    """The film; a list has one entry for each picture of it."""

    model: str
    step: list[int]
    loss: list[float | None]
    other_loss: list[float | None]
    """Of a second text; empty where there is none."""
    text: list[str]


def payload(trace: TrainingFilmTrace, text: Text) -> Payload:
    """The rows of the history."""
    meta: TrainingMeta = {
        "model": trace.model,
        "step": trace.step.tolist(),
        "loss": rounded(trace.val_loss),
        "other_loss": [],
        "text": list(trace.text),
    }
    return Payload(meta, {})


def claim(trace: TrainingFilmTrace, text: Text) -> str:
    """From which loss to which, and on text that was held out to the end; of verse also how far it keeps the form."""
    said = text(
        "generation.view.training.claim",
        first=number(float(trace.val_loss[0]), 2),
        uniform=number(float(np.log(trace.vocabulary)), 2),
        count=number(trace.vocabulary),
        steps=number(int(trace.step[-1])),
        last=number(float(trace.val_loss[-1]), 2),
        test=number(trace.test, 2),
        bits=number(trace.test / np.log(2), 2),
    )
    if not trace.verse:
        return said
    rates = {f"{one.of}_{rule}": percent(getattr(one, rule)) for one in trace.verse for rule in RULES}
    return f"{said}\n\n{text('generation.view.training.verse', poems=trace.verse[0].poems, **rates)}"
