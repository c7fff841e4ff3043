"""A Vision Transformer's trace as one payload for the widgets Cut and Attend, and as two charts."""

import numpy as np

from models.attention import mean_distance, patch_distance, rollout
from models.traces import VitTrace


def quantise(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """uint8 rows and each row's maximum: value = byte / 255 * maximum, off by at most maximum / 510."""
    top = rows.max(axis=-1, keepdims=True)
    return np.round(rows / np.maximum(top, 1e-30) * 255).astype(np.uint8), top[..., 0].astype(np.float32)


def payload(trace: VitTrace) -> tuple[dict, dict[str, np.ndarray]]:
    """What the browser draws from: plain facts, and the arrays by name."""
    attention, attention_max = quantise(trace.attention)
    rolled, rolled_max = quantise(rollout(trace.attention))
    embedding, embedding_max = quantise(np.abs(trace.embedding))
    facts = {
        "model": trace.model,
        "patch_size": trace.patch_size,
        "grid": trace.grid,
        "prefix": trace.prefix,
        "image": trace.pixels.shape[:2],
        "vector": trace.patch_vector.shape[1],
        "width": trace.embedding.shape[1],
    }
    arrays = {
        "pixels": trace.pixels,
        "attention": attention,
        "attention_max": attention_max,
        "rollout": rolled,
        "rollout_max": rolled_max,
        "embedding": np.where(trace.embedding < 0, -1, 1).astype(np.int8) * (embedding // 2).astype(np.int8),
        "embedding_max": embedding_max,
        "position": np.round(trace.position_similarity * 127).astype(np.int8),
    }
    return facts, arrays


def distances(trace: VitTrace) -> tuple[np.ndarray, float]:
    """Mean attention distance (layer, head) and that of uniform attention, both as a share of the image's side."""
    side = max(trace.pixels.shape[:2])
    uniform = patch_distance(trace.grid, trace.patch_size).mean()
    return mean_distance(trace.attention, trace.grid, trace.patch_size) / side, float(uniform / side)
