"""Caption: what a language model that sees writes under photos, where it looked, and what its gates let through."""

from typing import TypedDict

import numpy as np

from lab.format import fine_percent, number
from lab.text import Text, plain
from lab.views.payload import Payload, quantise, rounded
from lab.views.pieces import piece_name
from models.traces import CaptionTrace, WrittenCaption

LEARNED, CLOSED = 1.0, 0.0
"""Factors of the gates: as they were trained, and without any sight."""
DIGITS = 6


class CaptionMeta(TypedDict):
    """The captions with gates multiplied by one factor; lists have an entry for each piece."""

    piece: list[str]
    under: list[int]
    """The number of the photo."""
    sees: list[list[bool]]
    """By photo: whether any head of any layer gives it attention above 0."""
    log_prob: list[float | None]
    blind_log_prob: list[float | None]
    """Of the frozen model alone."""
    alternative: list[list[str]]
    alternative_log_prob: list[list[float | None]]
    alternative_blind_log_prob: list[list[float | None]]


class CaptionsMeta(TypedDict):
    """`written` has an entry for each of `factors`; arrays have its number behind their name."""

    model: str
    language: str
    factors: list[float]
    written: list[CaptionMeta]
    attention_gate: list[float | None]
    """By layer, as learned."""
    feed_forward_gate: list[float | None]
    closed_count: int
    closed_difference: float
    """With gates times 0: how many log probabilities there are, and the largest difference from the frozen model's."""


def payload(trace: CaptionTrace, text: Text) -> Payload:
    """pixels (photo, row, column, channel); of factor 0 place_0 (layer, piece, photo, down, across) and look_0 (layer,
    piece, photo, latent), means of all heads, with their largest in place_max_0 and look_max_0 (layer, piece)."""
    arrays = {"pixels": trace.photo}
    for at, one in enumerate(trace.captions):
        for name, seen in (("place", one.place), ("look", one.look.mean(1))):
            rows, largest = quantise(seen.reshape(*seen.shape[:2], -1), np.uint16)
            arrays |= {f"{name}_{at}": rows.reshape(seen.shape), f"{name}_max_{at}": largest}
    closed = written_with(trace, CLOSED)
    meta: CaptionsMeta = {
        "model": trace.model,
        "language": trace.language,
        "factors": [one.factor for one in trace.captions],
        "written": [_meta(one) for one in trace.captions],
        "attention_gate": rounded(trace.attention_gate),
        "feed_forward_gate": rounded(trace.feed_forward_gate),
        "closed_count": closed.alternative_log_prob.size,
        "closed_difference": closed_difference(trace),
    }
    return Payload(meta, arrays)


def _meta(one: WrittenCaption) -> CaptionMeta:
    return {
        "piece": list(one.piece),
        "under": one.under.tolist(),
        "sees": (one.look.max((0, 1, 4)) > 0).tolist(),
        "log_prob": rounded(one.log_prob, DIGITS),
        "blind_log_prob": rounded(one.blind_log_prob, DIGITS),
        "alternative": [list(some) for some in one.alternative],
        "alternative_log_prob": [rounded(row, DIGITS) for row in one.alternative_log_prob],
        "alternative_blind_log_prob": [rounded(row, DIGITS) for row in one.alternative_blind_log_prob],
    }


def written_with(trace: CaptionTrace, factor: float) -> WrittenCaption:
    """What was written with gates multiplied by a factor."""
    return next(one for one in trace.captions if one.factor == factor)


def closed_difference(trace: CaptionTrace) -> float:
    """The largest difference, in nats, between the model with gates times 0 and the frozen model alone."""
    closed = written_with(trace, CLOSED)
    return float(np.abs(closed.alternative_log_prob - closed.alternative_blind_log_prob).max())


def claim(trace: CaptionTrace, text: Text) -> str:
    """Each photo's caption and the frozen model's; which word sight helped most; whether closed gates are exact."""
    learned, closed = written_with(trace, LEARNED), written_with(trace, CLOSED)
    captions = [
        text("image_text.view.caption.photo", number=at + 1, caption=plain(own), blind=plain(blind))
        for at, (own, blind) in enumerate(zip(learned.text, closed.text, strict=True))
    ]
    gain = learned.log_prob - learned.blind_log_prob
    best = int(gain.argmax())
    helped = text(
        "image_text.view.caption.claim",
        photos=text.sentences(*captions),
        gain=number(float(gain.mean()), 2),
        count=len(gain),
        word=piece_name(learned.piece[best].lstrip("▁") or "▁", text("widget.shared.end")),
        blind=fine_percent(float(np.exp(learned.blind_log_prob[best]))),
        share=fine_percent(float(np.exp(learned.log_prob[best]))),
    )
    difference = closed_difference(trace)
    exact = text(
        f"image_text.view.caption.{'differs' if difference else 'exact'}",
        count=closed.alternative_log_prob.size,
        difference=f"{difference:.1g}",
    )
    return text.sentences(helped, exact)
