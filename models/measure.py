"""The only stopwatch and the only counter: seconds of a call, multiply-adds of a forward. torch is imported late."""

import logging
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from models.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
ROUNDS = 5
"""Times that every call has its turn to be timed."""
_counts: WeakKeyDictionary[Any, dict[Hashable, Any]] = WeakKeyDictionary()
"""By model and shape."""


class Stopwatch:
    """Adds up the wall-clock seconds of the blocks that it is entered for."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._begun


def seconds(call: Callable[[], object]) -> float:
    """Wall-clock seconds of one call, work that it left running on the GPU included."""
    from models.device import device

    begun = time.perf_counter()
    call()
    if device().type == "cuda":
        import torch

        torch.cuda.synchronize()
    return time.perf_counter() - begun


def fastest(
    calls: Sequence[Callable[[], object]], repeats: Sequence[int], progress: Progress = NO_PROGRESS
) -> "np.ndarray":
    """Seconds of each call at its fastest, which is its least disturbed: (call,).

    All take turns, in ROUNDS, so that what slows the machine for a while slows them alike; in its turn each is called
    as often as `repeats` says. The first calls warm up.
    """
    import numpy as np

    best = np.full(len(calls), np.inf)
    for _ in range(ROUNDS):
        for index, (call, count) in enumerate(zip(calls, repeats, strict=True)):
            progress.beat()
            best[index] = min(best[index], *(seconds(call) for _ in range(count)))
    return best


@contextmanager
def one_thread() -> Iterator[None]:
    """On the CPU, PyTorch computes on one thread meanwhile.

    For times that are compared with one another: it uses more threads for large tensors only, which bends a curve over
    size, and threads that wait for each other on a busy machine take many times as long.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def attempt(measure: Callable[[], T], otherwise: T, failed: str) -> T:
    """A measurement beside the point of a run: where it fails that is only logged, as `failed`, and costs no answer."""
    try:
        return measure()
    except Exception:
        logging.getLogger(__name__).warning(failed, exc_info=True)
        return otherwise


def multiply_adds(call: Callable[[], object]) -> int:
    """Multiply-adds of the matrix products and convolutions that a call computes with torch.

    Zero padding counts as input; biases, norms, softmax and activations are left out.
    """
    from torch.utils.flop_counter import FlopCounterMode
    from torch.utils.module_tracker import ModuleTracker

    class NoModules(ModuleTracker):
        """PyTorch's own hooks the modules of all threads, and spoils the gradients of a run that computes beside."""

        def __enter__(self) -> "NoModules":
            return self

        def __exit__(self, *_: object) -> None: ...

    counter = FlopCounterMode(display=False)
    counter.mod_tracker = NoModules()
    with counter:
        call()
    return counter.get_total_flops() // 2


def once(model: Any, shape: Hashable, count: Callable[[], T]) -> T:
    """What `count` gives, computed once for a model and a shape: multiply-adds depend on nothing else."""
    counted = _counts.setdefault(model, {})
    if shape not in counted:
        counted[shape] = count()
    return counted[shape]
