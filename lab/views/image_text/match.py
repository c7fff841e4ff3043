"""Match: one photo against several sentences; where each similarity comes from, in the photo and in the sentence."""

from typing import TypedDict

import numpy as np

from lab.format import number, percent
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import MatchTrace


class MatchMeta(TypedDict):
    """The sentences with their word pieces; `photo` is the number of the visitor's among all of them."""

    model: str
    photo: int
    text: list[str]
    piece: list[list[str]]
    scale: float
    """Learned; 1 / temperature."""
    splits: bool
    """Whether the cosines are sums over places and word pieces."""


def payload(trace: MatchTrace, text: Text) -> Payload:
    """What one photo and its sentences draw.

    pixels: (row, column, channel); cosine: (photo, sentence); place: (sentence, down, across) and word: (sentence,
    piece), what each adds to the cosine with the visitor's photo.
    """
    meta: MatchMeta = {
        "model": trace.model,
        "photo": trace.chosen,
        "text": list(trace.text),
        "piece": [list(pieces) for pieces in trace.piece],
        "scale": trace.scale,
        "splits": bool(np.isfinite(trace.place).all()),
    }
    arrays = {
        "pixels": trace.photo[trace.chosen],
        "cosine": trace.cosine.astype(np.float32),
        "place": trace.place[trace.chosen].astype(np.float32),
        "word": trace.word[trace.chosen].astype(np.float32),
    }
    return Payload(meta, arrays)


def claim(trace: MatchTrace, text: Text) -> str:
    """The sentence that is nearest, how near, and which words the model never read in training."""
    cosine, share = trace.cosine[trace.chosen], trace.over_texts[trace.chosen]
    best = int(cosine.argmax())
    among = "alone" if len(cosine) == 1 else "tied" if np.ptp(cosine) < 1e-6 else "claim"
    said = text(
        f"image_text.view.match.{among}",
        text=plain(trace.text[best]),
        cosine=number(float(cosine[best]), 2),
        lowest=number(float(cosine.min()), 2),
        temperature=number(1 / trace.scale, 3),
        share=percent(float(share[best])),
        chance=percent(1 / len(cosine)),
    )
    unseen = list(dict.fromkeys(word for words in trace.unseen for word in words))
    if not unseen:
        return said
    comma = text("image_text.view.match.comma")
    words = comma.join(text("image_text.view.match.word", word=plain(word)) for word in unseen)
    return text.sentences(said, text("image_text.view.match.unseen", words=words))
