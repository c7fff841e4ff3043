"""Cross-attention: the whole matrix of every layer and head, and what the loss of each source token changes."""

from typing import NamedTuple

import numpy as np

from lab.text import Text
from lab.views.anatomy.known import change_arrays, known_meta
from lab.views.payload import Payload, quantise
from models.traces import CrossTrace


def payload(trace: CrossTrace, text: Text) -> Payload:
    """`KnownMeta`; attention (layer, head, position, source) with attention_max as quantise gives it, and the changes
    under hidden_<name> and removed_<name>."""
    weights, largest = quantise(trace.attention, np.uint16)
    changes = change_arrays(trace, "hidden", trace.hidden) | change_arrays(trace, "removed", trace.removed)
    return Payload(known_meta(trace), {"attention": weights, "attention_max": largest, **changes})


def effective_count(attention: np.ndarray) -> np.ndarray:
    """Over how many source tokens each row is spread (…) from (…, source): the exponential of its entropy in nats."""
    return np.exp(-(attention * np.log(np.maximum(attention, 1e-30))).sum(-1))


class Agreement(NamedTuple):
    """How often the source token of the largest weight, mean over layers and heads, is the one that matters most."""

    rows: int
    of: int


def agreement(trace: CrossTrace) -> Agreement:
    """Over the positions of the output; what matters most is what moves the prediction most when it is hidden."""
    looked = trace.attention.mean((0, 1)).argmax(-1)
    mattered = trace.hidden.difference.argmax(0)
    return Agreement(int((looked == mattered).sum()), len(looked))


def claim(trace: CrossTrace, text: Text) -> str:
    """Over how many tokens rows are spread, in which heads least and most, and whether attention tells what matters."""
    spread = effective_count(trace.attention).mean(-1)  # layer, head
    heads = [np.unravel_index(place, spread.shape) for place in (spread.argmin(), spread.argmax())]
    agree = agreement(trace)
    words = {
        f"{end}_{name}": int(at) + 1
        for end, head in zip(("sharp", "broad"), heads, strict=True)
        for name, at in zip(("layer", "head"), head, strict=True)
    }
    return text(
        "anatomy.view.cross.claim",
        layers=spread.shape[0],
        heads=spread.shape[1],
        mean=f"{spread.mean():.1f}",
        sharp=f"{spread.min():.1f}",
        broad=f"{spread.max():.1f}",
        source=len(trace.source),
        agree=agree.rows,
        rows=agree.of,
        guess=f"{agree.of / len(trace.source):.1f}",
        **words,
    )
