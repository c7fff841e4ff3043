"""What the views of Decoding ask of token ids: their pieces, repeats and changes."""

from collections.abc import Callable

import numpy as np


def piece_index(piece_id: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """The function from ids (any shape) to their indices in `piece_id`; ValueError where an id has no piece."""
    order = np.argsort(piece_id)

    def index(ids: np.ndarray) -> np.ndarray:
        found = order[np.minimum(np.searchsorted(piece_id, ids, sorter=order), len(order) - 1)]
        if not np.array_equal(piece_id[found], ids):
            raise ValueError("a token has no piece")
        return found

    return index


def repeats(token: np.ndarray) -> np.ndarray:
    """Where a token equals its left neighbour (step, position)."""
    same = np.zeros(token.shape, bool)
    same[:, 1:] = token[:, 1:] == token[:, :-1]
    return same


def flips(token: np.ndarray) -> np.ndarray:
    """Where a token differs from the pass before (step, position); never in the first pass."""
    changed = np.zeros(token.shape, bool)
    changed[1:] = token[1:] != token[:-1]
    return changed
