"""Relevance: which patches count for a class, beside CLS's attention and its rollout."""

from typing import TypedDict

import numpy as np

from lab.format import class_names, number, percent
from lab.text import Text, plain
from lab.views.payload import Payload, quantise
from models.attention import half_count
from models.traces import RelevanceTrace


class RelevanceMeta(TypedDict):
    """The patches' grid, and the names of the classes that have a map, the most probable first."""

    grid: tuple[int, int]
    classes: list[str]


def payload(trace: RelevanceTrace, text: Text) -> Payload:
    """Maps of the patches: of attention, of rollout, then of relevance for every class.

    maps: (map, layer, patch), bytes, each layer's largest is 255; largest: (map, layer), its share of the layer's sum,
    0 where that is 0; half: (map, layer), how many patches get half of the sum.
    """
    maps = np.stack([trace.attention, trace.rollout, *trace.relevance])
    arrays = {
        "pixels": trace.pixels,
        "maps": quantise(maps)[0],
        "largest": (maps.max(-1) / np.maximum(maps.sum(-1), 1e-30)).astype(np.float32),
        "half": half_count(maps).astype(np.uint16),
    }
    return Payload(RelevanceMeta(grid=trace.grid, classes=_names(trace, text)), arrays)


def _names(trace: RelevanceTrace, text: Text) -> list[str]:
    names = class_names(trace.labels, text)
    return [names[label] for label in trace.label]


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's, of two maps (patch,); 0 where one of them is the same everywhere."""
    one, other = one - one.mean(), other - other.mean()
    size = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / size) if size > 0 else 0.0


def claim(trace: RelevanceTrace, text: Text) -> str:
    """How alike the maps of the last layer are: raw attention and relevance, and relevance for two classes."""
    attention, rolled, relevant = trace.attention[-1], trace.rollout[-1], trace.relevance[:, -1]
    first, *others = map(plain, _names(trace, text))
    sentence = text(
        "patches.view.relevance.claim",
        label=first,
        share=percent(trace.probability[0]),
        attention=number(correlation(attention, relevant[0]), 2),
        rollout=number(correlation(rolled, relevant[0]), 2),
        half=int(half_count(relevant[0])),
        half_attention=int(half_count(attention)),
        count=len(attention),
    )
    if not others:
        return sentence
    alike = number(correlation(relevant[0], relevant[1]), 2)
    return sentence + text("patches.view.relevance.classes", label=first, other=others[0], alike=alike)
