"""The only place that knows about GPUs. torch is imported when a function is called, after the page has opened."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from models.errors import InputError

if TYPE_CHECKING:
    import torch


LENDS = "SPACES_ZERO_GPU"
"""Set where ZeroGPU of Hugging Face Spaces lends a GPU to a process that is forked for a run, and to no other."""
MAX_SIDE_BY_SIDE = 4
"""Runs that compute at the same time on the CPU: two threads seldom finish one run faster than one each their own."""


class Places:
    """Where runs compute side by side, each with its threads; a run that measures time takes all places."""

    def __init__(self, count: int, threads: int) -> None:
        self.count, self.threads = count, threads
        self._free = threading.Semaphore(count)
        self._entrance = threading.Lock()

    @contextmanager
    def taken(self, alone: bool = False) -> Iterator[None]:
        """A place, held while a model computes, not while one is opened; who comes first is served first."""
        import torch

        wanted = self.count if alone else 1
        with self._entrance:
            for _ in range(wanted):
                self._free.acquire()
        try:
            torch.set_num_threads(self.threads)
            yield
        finally:
            self._free.release(wanted)


@lru_cache(maxsize=1)
def places() -> Places:
    """Those of this process: one on a GPU, on the CPU as many as PyTorch has threads, up to MAX_SIDE_BY_SIDE."""
    import torch

    threads = torch.get_num_threads()
    count = min(MAX_SIDE_BY_SIDE, threads) if device().type == "cpu" else 1
    return Places(count, threads // count)


def device() -> "torch.device":
    """Where models run: what LAB_DEVICE names, else the GPU when this process has one, else the CPU."""
    import torch

    has_gpu = not is_lent() and torch.cuda.is_available()
    return torch.device(os.environ.get("LAB_DEVICE") or ("cuda" if has_gpu else "cpu"))


def is_lent() -> bool:
    """Whether a GPU is lent for a run, to another process than this one; LAB_DEVICE has the last word."""
    return bool(os.environ.get(LENDS)) and not os.environ.get("LAB_DEVICE")


def borrow() -> None:
    """This process was forked to have the GPU that is lent; what its parent holds of the CPU it does not wait for."""
    if os.environ.pop(LENDS, ""):
        places.cache_clear()


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


def describe(threads: int = 0) -> str:
    """The device's name for the page, for example "NVIDIA H200" or "CPU × 2" for a run that has two threads.

    threads: those that compute, where they are others than a run's.
    """
    if is_lent():
        return "ZeroGPU"
    import torch

    where = device()
    if where.type == "cuda":
        return torch.cuda.get_device_name(where)
    return f"{where.type.upper()} × {threads or places().threads}"
