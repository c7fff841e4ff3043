"""What a language model does with a text that is known: its mask, its cache, its attention to the source."""

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from models.axes import HALF, Trace
from models.parts import TextStack

REMOVED = -1
"""Stands for no token, in place of an id."""


@dataclass(frozen=True, eq=False)
class Changes(Trace):
    """How the predictions move when one token is changed: each token in turn, all positions.

    `position` counts the predictions along the output; the most probable token stands for each.
    """

    token: Annotated[np.ndarray, "position"]
    """Ids, before any change."""
    probability: Annotated[np.ndarray, "position"]
    difference: Annotated[np.ndarray, "changed position"]
    """Total variation distance between the distributions before and after: half the sum of all absolute differences of
    probability, 0 to 1. nan where the token that is read there was removed."""
    then: Annotated[np.ndarray, "changed position"]
    """Ids after the change; REMOVED where the difference is nan."""
    then_probability: Annotated[np.ndarray, "changed position"]


@dataclass(frozen=True, eq=False)
class KnownOutput(Trace):
    """A sentence, and what a language model says to it.

    A translator: its own greedy output. A decoder alone: the sentence, and how it goes on. An encoder alone: what
    stands at each place.
    """

    sentence: str
    model: str
    source: tuple[str, ...]
    """What an encoder reads before a decoder, in pieces; none where there is one stack alone."""
    read: Annotated[np.ndarray, "position"]
    """Ids of what the last stack reads. Of a translator the output shifted right, so that its start token comes
    first."""
    says: Annotated[np.ndarray, "position"]
    """Ids of what follows each token that is read; of an encoder alone the token itself."""
    piece: tuple[str, ...]
    piece_id: Annotated[np.ndarray, "piece"]
    """The id of each piece: all that occur."""
    stacks: tuple[TextStack, ...] = field(default=("encoder", "decoder"), kw_only=True)


@dataclass(frozen=True, eq=False)
class CausalityTrace(KnownOutput):
    """What a change of each token does to all predictions, with the causal mask and without it."""

    option: Annotated[np.ndarray, "changed option"]
    """What may stand in place of each token that is read after the first: the most probable others there."""
    option_probability: Annotated[np.ndarray, "changed option"]
    replacement: Annotated[np.ndarray, "changed"]
    """The id that stands in place of each token, or REMOVED: the first option, but for the visitor's own change."""
    causal: Changes
    """Each position sees what is read up to itself, as a decoder was trained."""
    bidirectional: Changes
    """The same weights without the mask: each position sees all that is read, as an encoder was trained."""
    causal_log_prob: Annotated[np.ndarray, "position"]
    """Of what follows each token, nothing changed: the mean, negative, is the loss that training makes smaller."""
    bidirectional_log_prob: Annotated[np.ndarray, "position"]
    edit: tuple[int, ...] = ()
    """The visitor's own change: the position of a token that is read, and the id in its place, or REMOVED; none where
    empty."""


@dataclass(frozen=True, eq=False)
class StepByStep(Trace):
    """The output predicted token by token, one call each. The first reads all that the model was given."""

    multiply_adds: Annotated[np.ndarray, "call"]
    """Of the matrix products of each call, of a translator's decoder alone."""
    seconds: Annotated[np.ndarray, "call"]
    """The median of the rounds."""
    difference: float
    """The largest absolute difference of a log probability to the pass over all positions at once."""


@dataclass(frozen=True, eq=False)
class CacheTrace(KnownOutput):
    """The same predictions in one pass over all positions, and step by step, with keys and values kept or not."""

    device: str
    rounds: int
    """How often each way was timed."""
    one_pass_multiply_adds: int
    one_pass_seconds: float
    with_cache: StepByStep
    """Each further call reads one token; keys and values of those before are kept."""
    without_cache: StepByStep
    """Each call reads all tokens so far."""


@dataclass(frozen=True, eq=False)
class CrossTrace(KnownOutput):
    """Where every layer and head of the decoder looks in the source, and what the loss of a source token changes."""

    attention: Annotated[np.ndarray, "layer head position source", HALF]
    hidden: Changes
    """`changed` is the source token that no layer of the decoder can attend to; the encoder has read it."""
    removed: Changes
    """`changed` is the source token that the encoder's other tokens cannot attend to either."""
