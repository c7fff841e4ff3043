"""What one wrong token does to the rest of a translation."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

MISTAKES = ("second", "random")
"""What stands in the place of a token: the model's second choice, or any token of its vocabulary."""


@dataclass(frozen=True, eq=False)
class WrongTokenTrace(Trace):
    """A translator's own greedy output, and what becomes of it once a token in it is another.

    `position` counts the tokens of the output, each replaced alone by a wrong one. REMOVED stands for no token: after
    an output's end, and where the model has no second choice.
    """

    sentence: str
    model: str
    mistake: str
    """One of MISTAKES; the visitor may have put another token at some positions."""
    source: tuple[str, ...]
    output: Annotated[np.ndarray, "position"]
    """Ids."""
    alternative: Annotated[np.ndarray, "position rank"]
    """Ids of the most probable tokens after the true prefix."""
    alternative_log_prob: Annotated[np.ndarray, "position rank"]
    wrong: Annotated[np.ndarray, "position"]
    """Ids."""
    after: Annotated[np.ndarray, "position step"]
    """Ids of the whole output with the wrong token in it, gone on with greedily."""
    divergence: Annotated[np.ndarray, "position later"]
    """KL divergence in nats of the predictions after the wrong token from those after the right one, at each later
    token of the output, all other tokens that are read left as they were; nan up to the wrong token."""
    changed: Annotated[np.ndarray, "position"]
    """Share of the tokens that came later, on either side, that the other has not, in order; nan where none came."""
    piece: tuple[str, ...]
    piece_id: Annotated[np.ndarray, "piece"]
    """All ids above, once."""


@dataclass(frozen=True, eq=False)
class RecoveryTrace(Trace):
    """How far a wrong token is felt, averaged over sentences; `mistake` is one of MISTAKES."""

    model: str
    corpus: str
    """Whose validation set the sentences are from."""
    sentences: int
    distance: Annotated[np.ndarray, "distance"]
    """Tokens after the wrong one, from 1."""
    reaching: Annotated[np.ndarray, "distance"]
    """Sentences whose output goes so far."""
    divergence: Annotated[np.ndarray, "mistake distance"]
    """Mean KL divergence in nats where nothing but that token is wrong."""
    lost: Annotated[np.ndarray, "mistake distance"]
    """Share of the tokens of the first output that the one after the wrong token has not, in order."""
    positions: Annotated[np.ndarray, "mistake"]
    """Tokens that were made wrong."""
    unchanged: Annotated[np.ndarray, "mistake"]
    """Those after which all stays."""
    changed: Annotated[np.ndarray, "mistake"]
    """Mean share of what came later that is not in both."""
