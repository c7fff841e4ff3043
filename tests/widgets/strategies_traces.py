"""Hand-made traces of training strategies."""

import numpy as np

from models.traces import REMOVED, WrongTokenTrace


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
