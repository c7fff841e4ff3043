"""What each head and feed-forward part does to the next token: added directly, and when it is switched off."""

from typing import TypedDict

import numpy as np

from lab.format import fine_percent, number
from lab.text import Text
from lab.views.payload import Payload
from lab.views.pieces import piece_name
from models.traces import EffectsTrace


class EffectsMeta(TypedDict):
    """Besides the arrays, which `payload` names."""

    token: list[str]
    candidate: list[str]
    piece: list[str]


def payload(trace: EffectsTrace, text: Text) -> Payload:
    """By candidate: lens (state), start (entry), rest, direct and without (layer, part: heads, then feed-forward)."""
    meta: EffectsMeta = {"token": list(trace.token), "candidate": list(trace.candidate), "piece": list(trace.piece)}
    arrays = {
        "lens": trace.lens,
        "start": trace.direct_start,
        "rest": trace.direct_rest,
        "direct": direct(trace),
        "without": trace.without,
    }
    best = {"lens_best": trace.lens_best, "without_best": trace.without_best}
    return Payload(
        meta,
        {name: array.astype(np.float32) for name, array in arrays.items()}
        | {name: array.astype(np.uint16) for name, array in best.items()},
    )


def direct(trace: EffectsTrace) -> np.ndarray:
    """What each head and, last, the feed-forward part of each layer adds: (layer, part, candidate)."""
    return np.concatenate([trace.direct_head, trace.direct_feed_forward[:, None]], 1)


def claim(trace: EffectsTrace, text: Text) -> str:
    """The sum of the first candidate's logit, after which layer it leads, and the part whose loss costs it most."""
    own = direct(trace)[..., 0]
    leads = (trace.lens_best == trace.lens_best[-1])[::2]  # before the first layer and after each
    since = len(leads) - (len(leads) if leads.all() else int(leads[::-1].argmin()))
    lost = trace.without[..., 0]
    layer, part = (int(at) for at in np.unravel_index(lost.argmin(), lost.shape))
    n_heads = own.shape[1] - 1
    where = (
        text("generation.view.effects.head", layer=layer + 1, head=part + 1)
        if part < n_heads
        else text("generation.view.effects.feed_forward", layer=layer + 1)
    )
    return text(
        "generation.view.effects.claim",
        token=piece_name(trace.candidate[0], text("generation.widget.shared.end")),
        heads=number(float(own[:, :-1].sum()), 2),
        feed_forward=number(float(own[:, -1].sum()), 2),
        start=number(float(trace.direct_start[:, 0].sum()), 2),
        rest=number(float(trace.direct_rest[0]), 2),
        sum=number(float(own.sum() + trace.direct_start[:, 0].sum() + trace.direct_rest[0]), 2),
        since=since,
        layers=len(leads) - 1,
        where=where,
        before=fine_percent(float(np.exp(trace.lens[-1, 0]))),
        after=fine_percent(float(np.exp(lost.min()))),
    )
