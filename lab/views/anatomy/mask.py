"""The mask, felt: what a changed token moves with the causal mask, and what without it."""

from typing import TypedDict

import numpy as np

from lab.format import number, scientific
from lab.text import Text
from lab.views.anatomy.known import KnownMeta, change_arrays, indices, known_meta
from lab.views.payload import Payload, rounded
from models.traces import CausalityTrace, Changes


class Replacement(TypedDict):
    """What may stand in place of a token."""

    token: int
    id: int
    probability: float


class MaskMeta(KnownMeta):
    """What the widget needs to know besides the arrays: a row for each token that is read after the start."""

    options: list[list[Replacement]]
    replacement: list[int]
    """What stands in place of each token; -1 where it is removed."""
    edit: list[int]
    """The visitor's own change: position and id, or nothing."""
    log_prob: list[float | None] | None
    """Of what follows each token in the training pass, with the mask; None of an encoder alone, which is not trained
    so."""


def payload(trace: CausalityTrace, text: Text) -> Payload:
    """`MaskMeta`, and the changes under causal_<name> and bidirectional_<name>."""
    token = indices(trace, trace.option)
    options: list[list[Replacement]] = [
        [
            {"token": int(token[at]), "id": int(trace.option[at]), "probability": float(trace.option_probability[at])}
            for at in [(row, option) for option in range(token.shape[1])]
        ]
        for row in range(len(token))
    ]
    meta: MaskMeta = {
        **known_meta(trace),
        "options": options,
        "replacement": indices(trace, trace.replacement).tolist(),
        "edit": list(trace.edit),
        "log_prob": rounded(trace.causal_log_prob, 6) if trained(trace) else None,
    }
    parts = {"causal": trace.causal, "bidirectional": trace.bidirectional}
    return Payload(meta, {k: v for name, part in parts.items() for k, v in change_arrays(trace, name, part).items()})


def trained(trace: CausalityTrace) -> bool:
    """Whether the model was trained to say what comes next, as one with a decoder is."""
    return trace.stacks[-1] == "decoder"


def loss(log_prob: np.ndarray) -> float:
    """The mean of −log p, which is cross-entropy, in nats."""
    return float(-log_prob.mean())


def before(changes: Changes) -> np.ndarray:
    """Which predictions come before the change (changed, position): the token that is read at position n + 1 is changed
    in row n, and positions up to n do not see it."""
    return np.tri(*changes.difference.shape, dtype=bool)


def claim(trace: CausalityTrace, text: Text) -> str:
    """How far predictions before and after the change move, over all tokens in turn, with the mask and without."""
    causal, free = trace.causal, trace.bidirectional
    early = before(causal)
    said = {
        "count": len(trace.replacement),
        "still": _still(float(np.nanmax(causal.difference[early])), text),
        "after": scientific(float(np.nanmean(causal.difference[~early]))),
        "free": scientific(float(np.nanmean(free.difference[early]))),
        "early": int(early.sum()),
        "hits": int((free.token == trace.says).sum()),
        "masked_hits": int((causal.token == trace.says).sum()),
        "positions": len(trace.says),
    }
    if trace.stacks == ("encoder",):
        said["least"] = scientific(float(np.nanmin(free.difference)))
        said["free_after"] = scientific(float(np.nanmean(free.difference[~early])))
        return text("anatomy.view.mask.claim_encoder", **said)
    said["flips"] = int((free.then != free.token)[early].sum())
    found = text("anatomy.view.mask.claim" if trace.source else "anatomy.view.mask.claim_decoder", **said)
    losses = {"masked": loss(trace.causal_log_prob), "free": loss(trace.bidirectional_log_prob)}
    return found + text("anatomy.view.mask.loss", **{name: number(one, 3) for name, one in losses.items()})


def _still(largest: float, text: Text) -> str:
    """How little anything moved."""
    if largest == 0:
        return text("anatomy.view.mask.still")
    return text("anatomy.view.mask.nearly_still", largest=scientific(largest))
