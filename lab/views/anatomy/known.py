"""What the views of an output that is known share: its tokens, and what a change of one does to the predictions.

Tokens are sent as indices into `piece`, not as ids; -1 stands for none.
"""

from typing import TypedDict

import numpy as np

from lab.views.decoding.tokens import piece_index
from models.traces import REMOVED, Changes, KnownOutput


class KnownMeta(TypedDict):
    """The sentence, and what the model said to it."""

    sentence: str
    model: str
    source: list[str]
    """Empty where there is one stack alone, whose first token is no start token."""
    piece: list[str]
    read: list[int]
    """What the last stack reads at each position: of a translator its output shifted right."""
    says: list[int]
    """What follows each token; of an encoder alone the token itself."""


def known_meta(trace: KnownOutput) -> KnownMeta:
    """The plain values of every trace of a known output."""
    return {
        "sentence": trace.sentence,
        "model": trace.model,
        "source": list(trace.source),
        "piece": list(trace.piece),
        "read": indices(trace, trace.read).tolist(),
        "says": indices(trace, trace.says).tolist(),
    }


def indices(trace: KnownOutput, ids: np.ndarray) -> np.ndarray:
    """Ids (…) as indices into the trace's pieces; -1 where none stands."""
    index = piece_index(trace.piece_id)
    return np.where(ids == REMOVED, -1, index(np.where(ids == REMOVED, trace.piece_id[0], ids))).astype(np.int32)


def change_arrays(trace: KnownOutput, name: str, changes: Changes) -> dict[str, np.ndarray]:
    """<name>_token, <name>_probability (position) and <name>_difference, <name>_then, <name>_then_probability
    (changed, position)."""
    return {
        f"{name}_token": indices(trace, changes.token),
        f"{name}_probability": changes.probability.astype(np.float32),
        f"{name}_difference": changes.difference.astype(np.float32),
        f"{name}_then": indices(trace, changes.then),
        f"{name}_then_probability": changes.then_probability.astype(np.float32),
    }
