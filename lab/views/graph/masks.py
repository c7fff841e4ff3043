"""The same scores under one mask after another, for the widget graph/masks, which computes softmax itself."""

from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from lab.format import percent
from lab.text import Text, plain
from lab.views.graph.ranking import agreement, orders
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


def claim(trace: MasksTrace, text: Text) -> str:
    """How many orders of the keys the queries of each layer have: dot products are dynamic attention."""
    lines = []
    for one in (trace.photo, trace.sentence):
        ranks = (-one.scores).argsort(-1, kind="stable").argsort(-1)  # head, query, key
        lines.append(
            text(
                "graph.view.masks.orders",
                model=plain(one.model),
                layer=one.layer,
                count=len(one.token),
                orders=f"{np.mean([orders(rank) for rank in ranks]):.4g}",
                agree=percent(float(np.mean([agreement(rank) for rank in ranks]))),
            )
        )
    return text.sentences(text("graph.view.masks.claim"), *lines)
