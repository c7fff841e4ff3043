"""Traces made by hand, small enough to check by eye."""

import numpy as np
import pytest

from models.swin.windows import region_ids, window_token
from models.traces import SwinBlock, SwinTrace, VitTrace

LABELS = ("church", "tench", "golf ball")


@pytest.fixture
def vit():
    """Two layers, two heads, 2x2 patches and a CLS token."""
    attention = np.zeros((2, 2, 5, 5), np.float32)
    attention[:, 0] = np.eye(5)
    attention[0, 1] = 0.2
    attention[1, 1, :, 0] = 0.5
    for patch in range(4):
        attention[1, 1, 1 + patch, 1 + (patch ^ 1)] = 0.5
    return VitTrace(
        model="made",
        patch_size=8,
        grid=(2, 2),
        prefix=("CLS",),
        labels=LABELS,
        pixels=np.arange(768, dtype=np.uint8).reshape(16, 16, 3),
        attention=attention,
        lens_probability=np.array([[0.3, 0.4, 0.3], [0.6, 0.3, 0.1], [0.8, 0.05, 0.15]], np.float32),
        patch_vector=np.linspace(-2, 2, 4 * 192, dtype=np.float32).reshape(4, 192),
        embedding=np.array([[3, -4], [1, 0], [0, 2], [0.5, 0.5]], np.float32),
        position_similarity=np.eye(5, dtype=np.float32),
    )


def block(stage, side, shift_size):
    """Windows of 2 tokens a side with random attention; the first stage has two heads, each further one more."""
    grid, windows = (side, side), side**2 // 4
    return SwinBlock(
        stage=stage,
        grid=grid,
        window_size=2,
        shift_size=shift_size,
        window_token=window_token(grid, 2, shift_size),
        region=region_ids(grid, 2, shift_size),
        attention=np.random.default_rng(side + shift_size).dirichlet(np.full(4, 0.5), (windows, stage + 2, 4)),
    )


@pytest.fixture
def swin():
    """Three stages of two blocks: maps of 8, 4 and 2 tokens a side; the last has no room for a shift."""
    return SwinTrace(
        model="made",
        patch_size=4,
        labels=LABELS,
        pixels=np.arange(3072, dtype=np.uint32).astype(np.uint8).reshape(32, 32, 3),
        probability=np.array([0.2, 0.7, 0.1], np.float32),
        blocks=tuple(block(stage, 8 // 2**stage, shift) for stage in range(3) for shift in (0, int(stage < 2))),
    )
