"""Cut: the photo as patches, each with its numbers, its embedding and its position; also what Attend draws from."""

from typing import TypedDict

import numpy as np

from lab.text import Text
from lab.views.payload import Payload, quantise
from models.attention import half_count, rollout
from models.traces import VitTrace


class VitMeta(TypedDict):
    """What the widgets of a Vision Transformer need to know besides the arrays."""

    patch_size: int
    grid: tuple[int, int]
    prefix: tuple[str, ...]
    unread: tuple[int, int]
    """Rows and columns of pixels that the model gets, below and right of the patches, but does not read."""


def payload(trace: VitTrace, text: Text) -> Payload:
    """All that is drawn of one photo in one model, one file for all its views.

    attention: (layer, head, query, key); rollout: (layer, query, key), of all layers up to each one; vector: (patch,
    value); embedding: (patch, width); position: (token, other token), cosines in 127ths. Each `_max` holds the largest
    size of the rows beside it. half: (layer, head, query), how many patches get half of what goes to patches, by the
    trace's own numbers, not by the bytes; after the heads come their mean and the rollout.
    """
    attention, attention_max = quantise(trace.attention)
    rollouts, begin = rollout(trace.attention), len(trace.prefix)
    rolled, rolled_max = quantise(rollouts)
    mean = trace.attention.mean(axis=1, keepdims=True)
    counted = np.concatenate([trace.attention, mean, rollouts[:, None]], axis=1)  # layer, head, query, key
    vector, vector_max = quantise(trace.patch_vector, np.int8)
    embedding, embedding_max = quantise(trace.embedding, np.int8)
    arrays = {
        "pixels": trace.pixels,
        "attention": attention,
        "attention_max": attention_max,
        "half": half_count(counted[..., begin:]).astype(np.uint16),
        "rollout": rolled,
        "rollout_max": rolled_max,
        "vector": vector,
        "vector_max": vector_max,
        "embedding": embedding,
        "embedding_max": embedding_max,
        "position": np.round(trace.position_similarity * 127).astype(np.int8),
    }
    return Payload(
        VitMeta(patch_size=trace.patch_size, grid=trace.grid, prefix=trace.prefix, unread=trace.unread), arrays
    )
