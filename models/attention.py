"""What can be measured on an attention matrix."""

import numpy as np

from models.errors import InputError

MAX_VALUES = 20_000_000


def refuse_oversized_attention(values: int, reference: str | None) -> None:
    """Raise InputError when a model would give more attention values than a page can show."""
    if values > MAX_VALUES:
        raise InputError("model.attention_too_large", reference=reference, millions=values // 10**6)


def rollout(attention: np.ndarray) -> np.ndarray:
    """Attention rollout (Abnar & Zuidema 2020, section 3) after each layer: (layer, query, key), rows sum to 1.

    attention: (layer, head, query, key). Heads are averaged and half an identity stands for the residual stream.
    """
    mixed = 0.5 * attention.mean(axis=1) + 0.5 * np.eye(attention.shape[-1], dtype=attention.dtype)
    mixed /= mixed.sum(axis=-1, keepdims=True)
    rolled = [mixed[0]]
    for layer in mixed[1:]:
        rolled.append(layer @ rolled[-1])
    return np.stack(rolled)


def half_count(attention: np.ndarray) -> np.ndarray:
    """How many keys, the most attended first, get half of each row's sum: (…) from (…, key)."""
    gathered = np.cumsum(-np.sort(-attention, axis=-1), axis=-1, dtype=np.float64)
    return 1 + (gathered < gathered[..., -1:] / 2 * (1 - 1e-6)).sum(axis=-1)


def patch_distance(grid: tuple[int, int], patch_size: int) -> np.ndarray:
    """Distance between patch centres in pixels: (patch, other patch)."""
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    return patch_size * np.hypot(rows[:, None] - rows[None], columns[:, None] - columns[None])


def mean_distance(attention: np.ndarray, grid: tuple[int, int], patch_size: int) -> np.ndarray:
    """Mean attention distance in pixels of every head (layer, head), averaged over the query patches.

    Prefix tokens are dropped and each row is renormalised over the patches (Dosovitskiy et al. 2021, appendix D.7;
    Raghu et al. 2021).
    """
    patches = grid[0] * grid[1]
    among = attention[..., -patches:, -patches:]
    rows = (among * patch_distance(grid, patch_size)).sum(-1) / np.maximum(among.sum(-1), 1e-12)
    return rows.mean(-1)


def rms_distance(attention: np.ndarray, distance: np.ndarray) -> float:
    """Root mean square distance that attention (head, key) spans, by the keys' `distance` (key,), mean over heads.

    Rows that do not sum to 1 are normalised.
    """
    mean_square = (attention * distance**2).sum(-1) / np.maximum(attention.sum(-1), 1e-12)
    return float(np.sqrt(mean_square).mean())
