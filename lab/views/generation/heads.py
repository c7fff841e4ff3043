"""What each head attends to: on the visitor's text, and by rule on random tokens that come twice."""

from typing import TypedDict

import numpy as np

from lab.format import fine_percent, number
from lab.text import Text
from lab.views.payload import Payload, quantise
from models.traces import HEAD_RULES, HeadRulesTrace

CLEAR = 2
"""Times the share of attention that is spread evenly: from there on a head is said to follow a rule."""


class HeadsMeta(TypedDict):
    """Besides attention (layer, head, query, key), in 65535ths of attention_max (layer, head, query)."""

    token: list[str]
    rule: list[str]
    half: int
    share: list[list[list[float]]]
    """Rule, layer, head."""
    chance: list[float]


def payload(trace: HeadRulesTrace, text: Text) -> Payload:
    """Attention in two bytes a weight, and the shares that follow each rule."""
    attention, largest = quantise(trace.attention.astype(np.float32), np.uint16)
    meta: HeadsMeta = {
        "token": list(trace.token),
        "rule": list(HEAD_RULES),
        "half": trace.half,
        "share": trace.share.astype(float).round(4).tolist(),
        "chance": trace.chance.astype(float).round(4).tolist(),
    }
    return Payload(meta, {"attention": attention, "attention_max": largest})


def claim(trace: HeadRulesTrace, text: Text) -> str:
    """What the second half of the random tokens costs against the first, and which head follows each rule most."""
    first, second = trace.surprise[: trace.half - 1].mean(), trace.surprise[trace.half :].mean()
    said = [
        text(
            "generation.view.heads.claim",
            half=trace.half,
            first=number(float(first), 2),
            second=number(float(second), 2),
            even=number(float(np.log(trace.vocabulary)), 2),
        )
    ]
    for rule, share, chance in zip(HEAD_RULES, trace.share, trace.chance, strict=True):
        layer, head = np.unravel_index(share.argmax(), share.shape)
        place = {"layer": int(layer) + 1, "head": int(head) + 1}
        shares = {"share": fine_percent(float(share.max())), "chance": fine_percent(float(chance))}
        found = "best" if share.max() > CLEAR * chance else "none"
        said.append(text(f"generation.view.heads.{found}_{rule}", **place, **shares))
    return text.sentences(*said)
