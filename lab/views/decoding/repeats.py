"""Why it repeats: what two neighbouring positions give to the same tokens, in the first pass and at the end."""

import numpy as np

from lab.format import percent
from lab.text import Text
from lab.views.decoding.run import payload
from lab.views.decoding.tokens import repeats
from models.traces import DecodingTrace

__all__ = ["claim", "payload"]


def claim(trace: DecodingTrace, text: Text) -> str:
    """How much neighbours agree on, in pairs that repeat and in those that do not, at first and at last."""
    candidate = trace.refine.winner
    repeated, overlap = repeats(candidate.token)[:, 1:], candidate.overlap[:, 1:]
    if not overlap.size:
        return text("decoding.view.repeats.single")
    if not repeated[0].any():
        return text("decoding.view.repeats.none", share=percent(float(overlap[0].mean())), count=overlap.shape[1])
    pairs = repeated[0]
    return text(
        "decoding.view.repeats.found" if not pairs.all() else "decoding.view.repeats.all",
        pairs=pairs.sum(),
        count=len(pairs),
        share=percent(float(overlap[0][pairs].mean())),
        others=percent(float(np.mean(overlap[0][~pairs]))) if not pairs.all() else "",
        last=percent(float(overlap[-1][pairs].mean())),
        passes=len(candidate.token),
    )
