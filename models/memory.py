"""Memory that is too small for a run: what nobody holds is given back, and a sentence says what can be done."""

import ctypes
import gc
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar

from models.device import describe
from models.errors import InputError

T = TypeVar("T")
log = logging.getLogger(__name__)
SAID = re.compile(r"out of memory|not enough memory|can't allocate memory|CUBLAS_STATUS_ALLOC_FAILED", re.IGNORECASE)
"""What PyTorch says in errors that have no class of their own."""


def within(traces: Callable[[], Iterator[T]], forget: Callable[[], object]) -> Iterator[T]:
    """What `traces` gives. Where memory is short before the first of them, it is tried once more after `forget`.

    forget: lets go of what can be had again, such as open models. Raises InputError where memory is short all the same,
    and whatever else `traces` raises.
    """
    for is_last in (False, True):
        begun = False
        try:
            for trace in traces():
                begun = True
                yield trace
            trim_in(int(time.monotonic() // 60))
            return
        except Exception as error:
            if not is_short(error):
                raise
            log.warning("memory is short on %s: %s", describe(), error)
            traceback.clear_frames(error.__traceback__)  # they hold what was computed so far
        forget()
        give_back()
        if begun or is_last:
            raise InputError("run.no_memory", device=describe())


def is_short(error: BaseException) -> bool:
    """Whether an error says that the memory of the machine or of its GPU is not enough."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and bool(SAID.search(str(error))))


@lru_cache(maxsize=1)
def trim_in(_: int) -> None:
    """`trim`, once in a minute of this number: glibc keeps what has been freed for each of the many threads."""
    trim()


def trim() -> None:
    """What has been freed goes back to the system, where the C library is glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def give_back() -> None:
    """What nobody holds any longer, also of the GPU's memory, which PyTorch keeps for the next one."""
    gc.collect()
    trim()
    if torch := sys.modules.get("torch"):
        torch.cuda.empty_cache()
