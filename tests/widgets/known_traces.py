"""An output of four tokens by hand: what changes of its tokens and of its source move, and what three ways cost."""

import numpy as np

from models.traces import REMOVED, CacheTrace, CausalityTrace, Changes, CrossTrace, StepByStep

KNOWN = {
    "sentence": "A dog runs.",
    "model": "marian",
    "source": ("▁A", "▁dog", "</s>"),
    "read": np.array([0, 5, 6, 7]),
    "says": np.array([5, 6, 7, 1]),
    "piece": ("<pad>", "</s>", "▁Ein", "▁Hund", "▁rennt", "▁Die", "▁läuft"),
    "piece_id": np.array([0, 1, 5, 6, 7, 8, 9]),
}


def changes(difference, then, token=(5, 6, 7, 1)):
    """What each change moves, row by row, and the tokens that come out."""
    then = np.array(then)
    probability = np.where(then == REMOVED, np.nan, 0.4).astype(np.float32)
    shares = np.array([0.9, 0.8, 0.7, 0.6], np.float32)
    return Changes(np.array(token), shares, np.array(difference, np.float32), then, probability)


def causality(**changed):
    """Three tokens changed in turn; the last one was removed."""
    causal = changes(
        [[0, 0.5, 0.25, 0.01], [0, 0, 0.6, 0.04], [0, 0, 0, np.nan]],
        [[5, 8, 7, 1], [5, 6, 9, 1], [5, 6, 7, REMOVED]],
    )
    free = changes(
        [[0.2, 0.5, 0.3, 0.1], [0.1, 0.3, 0.7, 0.2], [0.4, 0.1, 0.2, np.nan]],
        [[5, 8, 7, 1], [5, 6, 9, 1], [8, 6, 7, REMOVED]],
        token=(5, 6, 6, 1),
    )
    option = np.array([[8, 6], [9, 5], [9, 6]])
    share = np.array([[0.05, 0.01], [0.1, 0.02], [0.2, 0.03]], np.float32)
    log_prob = {"causal_log_prob": np.log([0.9, 0.8, 0.7, 0.5]), "bidirectional_log_prob": np.log([0.9, 0.8, 0.1, 0.6])}
    given = {**log_prob, "option": option, "option_probability": share, "replacement": np.array([8, 5, REMOVED])}
    return CausalityTrace(
        **{**KNOWN, **given, "causal": causal, "bidirectional": free, "edit": (3, REMOVED), **changed}
    )


def cache(**changed):
    """Four calls a way; without a cache they grow."""
    return CacheTrace(
        **{**KNOWN, **changed},
        device="CPU × 2",
        rounds=7,
        one_pass_multiply_adds=4_000_000,
        one_pass_seconds=0.01,
        with_cache=StepByStep(np.full(4, 1_000_000), np.full(4, 0.005), 2e-6),
        without_cache=StepByStep(np.arange(1, 5) * 1_000_000, np.full(4, 0.0075), 3e-6),
    )


def cross():
    """Two layers of two heads; the first head of the second looks at one token, the others at all alike."""
    attention = np.full((2, 2, 4, 3), 1 / 3, np.float32)
    attention[1, 0] = np.eye(3, dtype=np.float32)[[0, 1, 1, 2]]
    hidden = changes(
        [[0.9, 0.1, 0, 0], [0.1, 0.8, 0.2, 0], [0, 0, 0.5, 0.3]], [[8, 6, 7, 1], [5, 8, 7, 1], [5, 6, 9, 1]]
    )
    removed = changes(
        [[0.8, 0.2, 0, 0], [0.2, 0.9, 0.1, 0], [0, 0, 0.6, 0.2]], [[8, 6, 7, 1], [5, 8, 7, 1], [5, 6, 9, 1]]
    )
    return CrossTrace(**KNOWN, attention=attention, hidden=hidden, removed=removed)
