"""Learning rates over a training, each after a linear warm-up: factors of the peak at `progress` in [0, 1)."""

from collections.abc import Callable, Mapping

from models.training import warmup_cosine

Schedule = Callable[[float, float], float]
"""Of the progress and the share of the training in which the rate rises."""


def constant(progress: float, warmup: float) -> float:
    """The peak, once it is reached."""
    return min(1.0, max(progress, 1e-3) / warmup)


def inverse_root(progress: float, warmup: float) -> float:
    """Falls with the square root of the steps made (Vaswani et al. 2017)."""
    return constant(progress, warmup) if progress < warmup else (warmup / progress) ** 0.5


SCHEDULES: Mapping[str, Schedule] = {"constant": constant, "inverse_root": inverse_root, "cosine": warmup_cosine}
"""`cosine`: half of one, down to 0 (Loshchilov & Hutter 2017)."""
