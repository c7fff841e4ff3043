"""Text to image: a caption's picture token by token, what else was probable, and what each token looked at."""

from typing import TypedDict

import numpy as np

from lab.format import fine_percent, number, percent
from lab.text import Text, plain
from lab.views.image_text.scenes import listed
from lab.views.payload import Payload, quantise, rounded
from models.traces import SceneWrittenTrace, TextToImageTrace


class WrittenMeta(TypedDict):
    """One caption's picture; lists have an entry for each place that is written."""

    caption: str
    token: list[str]
    code: list[int]
    log_prob: list[float | None]
    probability: list[float | None]
    entropy: list[float | None]
    kept: list[int]
    alternative: list[list[int]]
    alternative_log_prob: list[list[float | None]]
    seen: list[int]
    """How many tokens, of text and picture, have attention above 0 in some head."""
    shows: list[list[str]]
    checks: list[list[str]]


class WriteMeta(TypedDict):
    """Arrays of each picture have its number behind their name."""

    method: str
    written: list[WrittenMeta]
    done: bool


def payload(trace: TextToImageTrace, text: Text) -> Payload:
    """pictures_0 (place, row, column, channel), attention_0 (place, layer, head, key) with attention_max_0 (place,
    layer, head), the same of the second caption; sample (code, row, column, channel)."""
    arrays = {"sample": trace.sample}
    for at, one in enumerate(trace.written):
        weights, largest = quantise(one.attention)
        arrays |= {f"pictures_{at}": one.pictures, f"attention_{at}": weights, f"attention_max_{at}": largest}
    meta: WriteMeta = {"method": trace.method, "written": [_meta(one) for one in trace.written], "done": trace.done}
    return Payload(meta, arrays)


def _meta(one: SceneWrittenTrace) -> WrittenMeta:
    return {
        "caption": one.caption,
        "token": list(one.token),
        "code": one.code.tolist(),
        "log_prob": rounded(one.log_prob),
        "probability": rounded(one.probability),
        "entropy": rounded(one.entropy, 3),
        "kept": one.kept.tolist(),
        "alternative": one.alternative.tolist(),
        "alternative_log_prob": [rounded(row) for row in one.alternative_log_prob],
        "seen": (one.attention > 0).any((1, 2)).sum(-1).tolist(),
        "shows": [list(thing) for thing in one.shows],
        "checks": [list(check) for check in one.checks],
    }


def claim(trace: TextToImageTrace, text: Text) -> str:
    """What came of each caption, how much a changed word changed, and how often the model was right when measured."""
    said = [_said(one, text) for one in trace.written]
    if len(trace.written) == 2 and trace.done:
        first, second = trace.written
        differ = int((first.code != second.code).sum())
        said.append(text("image_text.view.write.differ", count=differ, places=len(first.code)))
    if trace.recorded:
        shares = {
            f"{part}_{way}": fine_percent(share)
            for part, *both in trace.recorded
            for way, share in zip(("en", "zh"), both, strict=True)
        }
        said.append(text("image_text.view.write.recorded", **shares))
    return text.sentences(*said)


def _said(one: SceneWrittenTrace, text: Text) -> str:
    right = sum(said == has for _, said, has in one.checks)
    return text(
        "image_text.view.write.claim" if one.checks else "image_text.view.write.unchecked",
        caption=plain(one.caption),
        nats=number(float(-one.log_prob.sum()), 1),
        sure=percent(float((one.log_prob > np.log(0.5)).mean())),
        things=listed(one.shows, text),
        right=right,
        count=len(one.checks),
    )
