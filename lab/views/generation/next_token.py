"""What may come after a text: the logits of the whole vocabulary, sent once; sampling changes them in the browser."""

from typing import TypedDict

import numpy as np

from lab.format import fine_percent, number
from lab.text import Text
from lab.views.payload import Payload, rounded
from lab.views.pieces import piece_name
from models.traces import NextTokenTrace


class NextMeta(TypedDict):
    """The text, and the names of the tokens of the highest logits; logits and seen (rank) are arrays."""

    model: str
    token: list[str]
    surprise: list[float | None]
    piece: list[str]


def payload(trace: NextTokenTrace, text: Text) -> Payload:
    """The text's tokens with their surprise, and the logits."""
    meta: NextMeta = {
        "model": trace.model,
        "token": list(trace.token),
        "surprise": rounded(trace.surprise, 3),
        "piece": list(trace.piece),
    }
    return Payload(meta, {"logits": trace.logits.astype(np.float32), "seen": trace.seen.astype(np.uint8)})


def claim(trace: NextTokenTrace, text: Text) -> str:
    """How sure the model is of what comes next, and how much the text itself surprised it."""
    log_prob = trace.logits - np.logaddexp.reduce(trace.logits.astype(float))
    probability = np.exp(log_prob)
    end = text("generation.widget.shared.end")
    bits = float(-(probability * log_prob).sum() / np.log(2))
    said = text(
        "generation.view.next.claim",
        token=piece_name(trace.piece[0], end),
        share=fine_percent(float(probability[0])),
        bits=number(bits, 2),
        choices=number(2**bits, 1),
        count=number(len(log_prob)),
    )
    if len(trace.token) < 2:
        return said
    known = trace.surprise[1:]
    worst = int(known.argmax())
    surprise = text(
        "generation.view.next.surprise",
        mean=number(float(known.mean()), 2),
        token=piece_name(trace.token[worst + 1], end),
        nats=number(float(known[worst]), 2),
    )
    return text.sentences(said, surprise)
