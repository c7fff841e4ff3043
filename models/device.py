"""The only place that knows about GPUs. torch is imported when a function is called, after the page has opened."""

import os
import threading
from typing import TYPE_CHECKING

from models.errors import InputError

if TYPE_CHECKING:
    import torch


compute_lock = threading.Lock()
"""Held while a model computes, so that runs do not disturb one another; not while one is opened."""


def device() -> "torch.device":
    """Where models run: what LAB_DEVICE names, else the GPU when there is one, else the CPU."""
    import torch

    return torch.device(os.environ.get("LAB_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu"))


def check() -> None:
    """Raise InputError when LAB_DEVICE names nothing that computes here. torch is loaded for others than the CPU."""
    named = os.environ.get("LAB_DEVICE") or "cpu"
    if named == "cpu":
        return
    import torch

    try:
        torch.ones(1, device=named).sum().item()
    except Exception as error:
        raise InputError("page.device", named=named[:80]) from error


def describe() -> str:
    """The device's name for the page, for example "NVIDIA H200" or "CPU × 2" for two threads."""
    import torch

    where = device()
    if where.type == "cuda":
        return torch.cuda.get_device_name(where)
    return f"{where.type.upper()} × {torch.get_num_threads()}"
