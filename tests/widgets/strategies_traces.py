"""Hand-made traces of training strategies."""

import numpy as np

from models.strategies.variants import DETAILS
from models.traces import REMOVED, DetailsTrace, FedTrace, StrategiesTrace, WrongTokenTrace


def wrong() -> WrongTokenTrace:
    """Three tokens and the end: after a wrong first token all goes on as before, after a wrong second one token is
    another and one more comes; nothing else is allowed at the third."""
    nan, gone = np.nan, REMOVED
    divergence = [[nan, 0.5, 0.25, 0.125], [nan, nan, 2, 0.5], [nan] * 4, [nan] * 4]
    after = [[5, 2, 3, 0, gone], [1, 6, 7, 8, 0], [gone] * 5, [1, 2, 3, 9, 0]]
    return WrongTokenTrace(
        sentence="a b",
        model="m",
        mistake="second",
        source=("a", "b", "</s>"),
        output=np.array([1, 2, 3, 0]),
        alternative=np.array([[1, 5], [2, 6], [3, 4], [0, 9]]),
        alternative_log_prob=np.log([[0.5, 0.25], [0.75, 0.125], [1, 1e-9], [0.5, 0.5]]),
        wrong=np.array([5, 6, REMOVED, 9]),
        after=np.array(after),
        divergence=np.array(divergence),
        changed=np.array([0, 0.6, nan, 1]),
        piece=tuple(["</s>"] + [f"p{one}" for one in range(1, 10)]),
        piece_id=np.arange(10),
    )


def fed(source: str, wrong_at: int) -> FedTrace:
    """Two characters and the end. At `wrong_at` the model is wrong in every way, where it reads its own also after."""
    right = ("x", "y", "")
    gold = tuple("z" if at == wrong_at else one for at, one in enumerate(right))
    own = tuple("z" if at >= wrong_at else one for at, one in enumerate(right))
    return FedTrace(
        source=source,
        target=right,
        draw=np.array([0.9, 0.25, 0.75]),
        first=gold,
        read=(("", "x", "y"), ("", "x", gold[1]), ("", *own[:2])),
        predicted=(gold, gold, own),
        loss=np.array([[0.25, 1.5, 0.5], [0.25, 1.5, 2.0], [0.25, 1.5, 3.0]]),
        passes=np.array([1, 2, 3]),
        seconds=np.array([0.002, 0.004, 0.0055]),
    )


def training(seeds: int = 2) -> StrategiesTrace:
    """Two strategies after 0, 50 and 100 of 100 steps; the second makes no mistake in the end."""
    nan, spread = np.nan, np.linspace(-0.02, 0.02, seeds)[None, :, None] if seeds > 1 else 0
    loss = np.array([[[nan, 2.0, 0.5]], [[nan, 2.5, 1.0]]])
    gold = np.array([[[0.1, 0.5, 0.9]], [[0.1, 0.6, 0.95]]])
    own = np.array([[[0.1, 0.4, 0.8]], [[0.1, 0.55, 0.95]]])
    after = np.array([[[0.1, 0.4, 0.75]], [[0.1, 0.5, nan]]])
    every = np.zeros((2, seeds, 3))
    return StrategiesTrace(
        task="backwards",
        strategy=("teacher_forcing", "linear"),
        learned=4000,
        held_out=100,
        parameters=169_088,
        steps=100,
        step=np.array([0, 50, 100]),
        epsilon=np.array([[1.0, 1.0, 1.0], [1.0, 0.5, 0.0]]),
        loss=loss + spread + every,
        right_gold=gold + spread + every,
        right_own=own + spread + every,
        exact=own - 0.1 + spread + every,
        after_gold=after + every,
        after_own=after / 2 + every,
        seconds=np.array([12.5, 17.25]),
        coin=0.5,
        fed=(fed("a b", 1), fed("yx", 2), fed("a b", 3), fed("yx", 3)),
        device="CPU × 1",
        done=True,
    )


def details(detail: str, seeds: int = 2) -> DetailsTrace:
    """All variants of a detail after 0, 50 and 100 of 100 steps; each is a tenth lower than the one before."""
    variants, nan = tuple(DETAILS[detail]), np.nan
    spread = np.linspace(-0.02, 0.02, seeds)[None, :, None] if seeds > 1 else np.zeros((1, 1, 1))
    lower = 1 - 0.1 * np.arange(len(variants))[:, None, None]

    def curve(*rows: float) -> np.ndarray:
        return np.array(rows) * lower + spread

    bins = np.tile(np.arange(10) / 10 + 0.05, (len(variants), 1))
    counts = np.tile(np.arange(10), (len(variants), 1))
    return DetailsTrace(
        detail=detail,
        task="backwards",
        variant=variants,
        learned=4000,
        held_out=100,
        parameters=169_088,
        steps=100,
        step=np.array([0, 50, 100]),
        rate=np.array([[0.01, 0.5, 0.0]] * len(variants)),
        loss=curve(nan, 2.0, 0.5),
        norm=curve(nan, 1.5, 0.75),
        largest_norm=curve(nan, 12.0, 3.0),
        clipped=curve(nan, 0.25, 0.5),
        held_loss=curve(3.0, 2.25, 0.75),
        correct=curve(0.1, 0.5, 0.9),
        exact=curve(0.0, 0.25, 0.5),
        logit_gap=curve(0.5, 3.0, 6.0),
        calibration=curve(0.2)[..., 0],
        bin_count=counts,
        bin_confidence=np.where(counts, bins, nan),
        bin_right=np.where(counts, bins / 2, nan),
        seconds=np.array([5.5, 6.5, 7.5, 8.5])[: len(variants)],
        device="CPU × 1",
        done=True,
    )
