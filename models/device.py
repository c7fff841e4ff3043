"""The only two functions that know about GPUs. torch is imported when one is called, after the page has opened."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def device() -> "torch.device":
    """Where models run: what LAB_DEVICE names, else the GPU when there is one, else the CPU."""
    import torch

    return torch.device(os.environ.get("LAB_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu"))


def describe() -> str:
    """The device's name for the page, for example "NVIDIA H200" or "CPU (2 threads)"."""
    import torch

    where = device()
    if where.type == "cuda":
        return torch.cuda.get_device_name(where)
    return f"{where.type.upper()} ({torch.get_num_threads()} threads)"
