"""The same scores under one mask after another, for the widget graph/masks, which computes softmax itself."""

from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from lab.text import Text
from lab.views.payload import Payload
from models.traces import MasksTrace, ScoresTrace


class ScoresMeta(TypedDict):
    """What the widget needs to know of one layer besides its scores."""

    model: str
    layer: int
    layers: int
    tokens: tuple[str, ...]
    grid: tuple[int, int]


def payload(trace: MasksTrace, text: Text) -> Mapping[str, Payload]:
    """For the photo and the sentence: scores (head, query, key); for the photo also its pixels."""
    return {
        "photo": Payload(_meta(trace.photo), {"scores": _scores(trace.photo), "pixels": trace.pixels}),
        "sentence": Payload(_meta(trace.sentence), {"scores": _scores(trace.sentence)}),
    }


def _meta(one: ScoresTrace) -> ScoresMeta:
    return {"model": one.model, "layer": one.layer, "layers": one.layers, "tokens": one.token, "grid": one.grid}


def _scores(one: ScoresTrace) -> np.ndarray:
    return one.scores.astype(np.float32)
