"""What global and window attention cost: by formula, counted, and timed here (Liu et al. 2021, section 3.1)."""

import math
import time

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from models.device import compute_lock, describe, device
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.traces import COST_WIDTHS, COST_WINDOWS, CostTrace

SIDES = (8, 16, 24, 32, 48, 64, 96, 128)
"""Tokens a side, all multiples of 4 and 8."""
MAX_GLOBAL_SIDE = 64
"""Beyond 64x64 = 4,096 tokens global attention is not run: it would take seconds and its scores gigabytes."""


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

    def __init__(self, n_embd: int, n_head: int):
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

    def __init__(self, attention: Attention, window_size: int):
        super().__init__()
        self.attention, self.window_size = attention, window_size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, columns, channels = x.shape
        size = self.window_size
        windows = self.attention(partition(x, size)).view(rows // size, columns // size, size, size, channels)
        return windows.transpose(1, 2).reshape(rows, columns, channels)


def cost(n_embd: int, window_size: int, sides: tuple[int, ...] = SIDES, progress: Progress = NO_PROGRESS) -> CostTrace:
    """Count and time one attention layer over maps of `sides` tokens a side: among all tokens, and in windows.

    n_embd: channels, in heads of 16. `progress` hears a beat before every map. Raises InputError for other sizes than
    COST_WIDTHS and COST_WINDOWS.
    """
    if n_embd not in COST_WIDTHS or window_size not in COST_WINDOWS:
        raise InputError("cost.size", widths=COST_WIDTHS, windows=COST_WINDOWS)
    whole = Attention(n_embd, n_embd // 16).to(device())
    cut = WindowAttention(whole, window_size)
    rows = []
    for side in sides:
        progress.beat()
        x = torch.randn(side, side, n_embd, device=device())
        flat = x.view(1, side**2, n_embd) if side <= MAX_GLOBAL_SIDE else None
        with compute_lock, torch.inference_mode():
            rows.append((counted(whole, flat), timed(whole, flat), counted(cut, x), timed(cut, x)))
    global_flop, global_seconds, window_flop, window_seconds = np.array(rows).T
    return CostTrace(
        device=describe(),
        n_embd=n_embd,
        window_size=window_size,
        side=np.array(sides),
        global_formula=np.array([global_macs(side, n_embd) for side in sides]),
        window_formula=np.array([window_macs(side, n_embd, window_size) for side in sides]),
        global_counted=global_flop / 2,
        window_counted=window_flop / 2,
        global_seconds=global_seconds,
        window_seconds=window_seconds,
    )


def counted(attention: nn.Module, x: torch.Tensor | None) -> float:
    """Floating-point operations of a forward, two for each multiply-add; nan where it is not run."""
    if x is None:
        return math.nan
    with FlopCounterMode(display=False) as counter:
        attention(x)
    return counter.get_total_flops()


def timed(attention: nn.Module, x: torch.Tensor | None, repeats: int = 5) -> float:
    """Seconds of the fastest of a few forwards; nan where it is not run."""
    if x is None:
        return math.nan
    return min(_seconds(attention, x) for _ in range(repeats + 1))


def _seconds(attention: nn.Module, x: torch.Tensor) -> float:
    begun = time.perf_counter()
    attention(x)
    if x.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - begun
