"""What global and window attention cost: by formula, counted, and timed here (Liu et al. 2021, section 3.1)."""

import math
from functools import partial

import numpy as np
import torch
from torch import nn

from models.checkpoint import build_lock
from models.device import describe, device
from models.measure import fastest, multiply_adds, one_thread
from models.progress import NO_PROGRESS, Progress
from models.traces import CostTrace

SIDES = (8, 16, 24, 32, 48, 64, 96, 128)
"""Tokens a side, all multiples of 4 and 8."""
MAX_GLOBAL_SIDE = 64
"""Beyond 64x64 = 4,096 tokens global attention is not run: it would take seconds and its scores gigabytes."""
TURN_MULTIPLY_ADDS, TURN_CALLS = 200_000_000, 10
"""A call is repeated within its turn until it has computed so much, at least once and at most so often."""


def global_macs(side: int, n_embd: int) -> int:
    """Multiply-adds of attention among all side x side tokens: equation 1, 4hwC^2 + 2(hw)^2C, softmax left out."""
    tokens = side**2
    return 4 * tokens * n_embd**2 + 2 * tokens**2 * n_embd


def window_macs(side: int, n_embd: int, window_size: int) -> int:
    """Multiply-adds of attention in windows of M x M tokens: equation 2, 4hwC^2 + 2M^2hwC, softmax left out."""
    tokens = side**2
    return 4 * tokens * n_embd**2 + 2 * window_size**2 * tokens * n_embd


class Attention(nn.Module):
    """Plain multi-head self-attention inside each of a batch of windows (window, token, channel)."""

    def __init__(self, n_embd: int, n_head: int) -> None:
        super().__init__()
        self.n_head = n_head
        self.query, self.key, self.value, self.out = (nn.Linear(n_embd, n_embd) for _ in range(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        query, key, value = (
            part(x).unflatten(-1, (self.n_head, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )  # W, H, T, D
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])  # W, H, T, T
        return self.out((scores.softmax(-1) @ value).transpose(1, 2).flatten(2))  # W, T, C


def partition(x: torch.Tensor, window_size: int) -> torch.Tensor:
    """A map (row, column, channel) as windows (window, slot, channel)."""
    rows, columns, channels = x.shape
    cut = x.view(rows // window_size, window_size, columns // window_size, window_size, channels)
    return cut.transpose(1, 2).reshape(-1, window_size**2, channels)


class WindowAttention(nn.Module):
    """The same attention inside windows of a map (row, column, channel): partition, attention, reverse."""

    def __init__(self, attention: Attention, window_size: int) -> None:
        super().__init__()
        self.attention, self.window_size = attention, window_size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, columns, channels = x.shape
        size = self.window_size
        windows = self.attention(partition(x, size)).view(rows // size, columns // size, size, size, channels)
        return windows.transpose(1, 2).reshape(rows, columns, channels)


def cost(n_embd: int, window_size: int, sides: tuple[int, ...] = SIDES, progress: Progress = NO_PROGRESS) -> CostTrace:
    """Count and time one attention layer over maps of growing `sides` in tokens: among all tokens, and in windows.

    n_embd: channels, in heads of 16. window_size: divides every side. On a CPU one thread computes, and the trace's
    device says so. `progress` hears a beat before every map is timed.
    """
    with build_lock:
        global_attention = Attention(n_embd, n_embd // 16).to(device())
    window_attention = WindowAttention(global_attention, window_size)
    maps = [torch.randn(side, side, n_embd, device=device()) for side in sides]
    small = [x for x in maps if len(x) <= MAX_GLOBAL_SIDE]
    calls = [
        *(partial(global_attention, x.view(1, -1, n_embd)) for x in small),
        *(partial(window_attention, x) for x in maps),
    ]
    with torch.inference_mode(), one_thread():
        where, counted = describe(threads=1), np.array([multiply_adds(call) for call in calls])
        repeats = np.clip(TURN_MULTIPLY_ADDS // counted, 1, TURN_CALLS)
        timed = fastest(calls, repeats.tolist(), progress)
    not_run = np.full(len(maps) - len(small), np.nan)
    return CostTrace(
        device=where,
        n_embd=n_embd,
        window_size=window_size,
        side=np.array(sides),
        global_formula=np.array([global_macs(side, n_embd) for side in sides]),
        window_formula=np.array([window_macs(side, n_embd, window_size) for side in sides]),
        global_counted=np.append(counted[: len(small)], not_run),
        window_counted=counted[len(small) :].astype(float),
        global_seconds=np.append(timed[: len(small)], not_run),
        window_seconds=timed[len(small) :],
    )
