"""A hand-made trace of one position in two models, whose radii all differ."""

import numpy as np
import pytest

from models.traces import FieldsTrace, FieldTrace

AREA = np.arange(2 * 1 * 2 * 4 * 2, dtype=np.float32).reshape(2, 1, 2, 4, 2) / 100


@pytest.fixture
def column():
    """Makes a column; what is not given is that of a CNN of two layers."""

    def make(**changes):
        box = np.array([[0.25, 0.25, 0.75, 0.75], [0, 0, 1, 1]], np.float32)
        larger = np.array([1, 2, 3, 4], np.float32).reshape(2, 1, 2, 1, 1)
        given = {
            "model": "a/b",
            "layer_name": ("embedder", "stage 1, layer 1"),
            "labels": ("cat", "church"),
            "pixels": np.zeros((4, 4, 3), np.uint8),
            "probability": np.array([0.2, 0.8], np.float32),
            "box": box,
            "field": np.array([0, 0.05, 1, 5000], np.float32).reshape(1, 1, 1, 2, 2) * larger,
            "area": AREA,
            "square": np.arange(2 * 1 * 2 * 4, dtype=np.float32).reshape(2, 1, 2, 4) / 16,
            "radius": np.array([0.11, 0.12, 0.13, 0.14]).reshape(2, 1, 2),
            "box_radius": np.array([0.2, 0.4]),
            "attention_distance": np.full(2, np.nan, np.float32),
            "rollout": np.full((2, 1, 1), np.nan, np.float32),
        }
        return FieldTrace(**given | changes)

    return make


@pytest.fixture
def trace(column):
    attending = {"model": "vit", "layer_name": ("layer 1", "layer 2"), "box": np.tile([0, 0, 1, 1], (2, 1))}
    attending |= {"attention_distance": np.array([0.3, 0.35]), "rollout": np.array([[[1, 3.0]], [[2, 2]]])}
    attending |= {"radius": np.array([0.21, 0.22, 0.23, 0.24]).reshape(2, 1, 2), "box_radius": np.array([0.5, 0.6])}
    return FieldsTrace((0.5, 0.5), 0, (column(), column(**attending)))
