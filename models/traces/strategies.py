"""What small models leave behind that learn by several strategies, and what their decoders were fed."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace

TRAINING_STRATEGIES = ("teacher_forcing", "linear", "exponential", "inverse_sigmoid", "own_output", "switched")
"""What a decoder is fed: true ids, a mix of them and its own predictions by one of three schedules, its own output,
or true ids first and its own output later."""
TRAINING_TASKS = ("backwards", "english_numbers", "chinese_numbers", "english_dates", "chinese_dates", "own")
FED_WAYS = ("gold", "mixed", "own")
"""With the true ids before, with coins between them and predictions, with the model's own output."""


@dataclass(frozen=True, eq=False)
class FedTrace(Trace):
    """One pair, and what a decoder reads and predicts at each position, in each of FED_WAYS."""

    source: str
    target: tuple[str, ...]
    """Characters, by position; "" is the end."""
    draw: Annotated[np.ndarray, "position"]
    """From [0, 1): below epsilon, the true character is read."""
    first: tuple[str, ...]
    """What the first pass predicts from true characters, by position; the mix takes from it, a place later."""
    read: tuple[tuple[str, ...], ...]
    """By way and position; "" is what starts an output, and an end that was written too early."""
    predicted: tuple[tuple[str, ...], ...]
    """By way and position; the most probable."""
    loss: Annotated[np.ndarray, "way position"]
    """Nats: the surprise at the true character."""
    passes: Annotated[np.ndarray, "way"]
    """Through the decoder, to know all of this."""
    seconds: Annotated[np.ndarray, "way"]
    """Of these passes and one of the encoder, measured before training, which does not change them."""


@dataclass(frozen=True, eq=False)
class StrategiesTrace(Trace):
    """Models that learned the same pairs in the same order from the same first weights, by several strategies."""

    task: str
    strategy: tuple[str, ...]
    """Of TRAINING_STRATEGIES."""
    learned: int
    """Pairs to learn from."""
    held_out: int
    """Pairs that are asked."""
    parameters: int
    """Of each model."""
    steps: int
    """That were planned; fewer were made where the time was over."""
    step: Annotated[np.ndarray, "row"]
    """Steps of training before."""
    epsilon: Annotated[np.ndarray, "strategy row"]
    """Probability that a true character is read, after so many steps."""
    loss: Annotated[np.ndarray, "strategy seed row"]
    """Nats a character in training, mean of the steps since the row before; nan in the first row."""
    right_gold: Annotated[np.ndarray, "strategy seed row"]
    """Share of the characters, ends included, that are predicted right for pairs that are asked, true ones before."""
    right_own: Annotated[np.ndarray, "strategy seed row"]
    """The same, with the model's own output before."""
    exact: Annotated[np.ndarray, "strategy seed row"]
    """Share of whole targets, which is the same for both: up to a first mistake both read the same."""
    after_gold: Annotated[np.ndarray, "strategy seed row"]
    """`right_gold` of the positions after the first mistake; nan where there is none."""
    after_own: Annotated[np.ndarray, "strategy seed row"]
    seconds: Annotated[np.ndarray, "strategy"]
    """Of training, mean over the seeds."""
    coin: float
    """Epsilon of the coins in `fed`."""
    fed: tuple[FedTrace, ...]
    """Some pairs, by the model of each strategy with the first seed: all pairs of the first strategy, then the next."""
    device: str
    done: bool
