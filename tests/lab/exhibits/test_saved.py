"""Every saved run is what the models say today: a checkpoint, a library or a computation that changed shows here."""

from dataclasses import fields, replace
from typing import NamedTuple, get_type_hints

import numpy as np
import pytest
import torch

from lab import saved
from lab.exhibits import EXHIBITS
from models.axes import HALF, Trace
from models.traces import SwinTrace

from .visitor import saved_trace


class Tolerance(NamedTuple):
    """Relative, and absolute."""

    rtol: float
    atol: float


RUNS = [(exhibit, run, name) for exhibit in EXHIBITS for run in exhibit.runs for name in run.saved]
CLOSE = Tolerance(2e-2, 3e-3)
"""Between machines: convolutions and attention add up in another order, and gradients make more of it."""
HALF_CLOSE = Tolerance(5e-2, 5e-3)
"""Of what is saved in half precision as well."""


def is_time(name):
    """Whether a field is time, how often or where it was measured: another one on every machine."""
    return "seconds" in name or name in ("device", "rounds")


def same(before, now, where=""):
    """That two traces say the same, field by field; times are left out."""
    assert type(before) is type(now)
    for name in (field.name for field in fields(now) if not is_time(field.name)):
        same_value(getattr(before, name), getattr(now, name), f"{where}.{name}", is_half(type(now), name))


def is_half(kind, name):
    """Whether a field is saved in half precision."""
    return HALF in getattr(get_type_hints(kind, include_extras=True)[name], "__metadata__", ())


def same_value(before, now, where, half):
    if isinstance(now, Trace):
        same(before, now, where)
    elif isinstance(now, tuple):
        assert len(before) == len(now), where
        for place, (one, other) in enumerate(zip(before, now, strict=True)):
            same_value(one, other, f"{where}[{place}]", half)
    elif isinstance(now, np.ndarray) and now.dtype.kind == "f":
        np.testing.assert_allclose(before, now, *(HALF_CLOSE if half else CLOSE), err_msg=where)
    elif isinstance(now, np.ndarray):
        np.testing.assert_array_equal(before, now, err_msg=where)
    elif isinstance(now, float):
        assert before == pytest.approx(now, rel=CLOSE.rtol, abs=CLOSE.atol), where
    else:
        assert before == now, where


every_saved_run = pytest.mark.parametrize(("exhibit", "run", "name"), RUNS, ids=[saved.path(*run).stem for run in RUNS])


@pytest.mark.slow
@every_saved_run
def test_the_saved_run_is_what_the_models_say_today(exhibit, run, name):
    before = saved.load(exhibit, run, name)
    assert before is not None, f"python -m lab.saved {run.name}"
    same(before.trace, saved.make(exhibit, run, name).trace)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@every_saved_run
def test_a_gpu_says_what_the_cpu_says(exhibit, run, name, monkeypatch):
    said = {}
    for device in ("cpu", "cuda"):
        monkeypatch.setenv("LAB_DEVICE", device)
        said[device] = saved.make(exhibit, run, name).trace
    same(said["cpu"], said["cuda"])


def test_a_number_that_changed_shows():
    exhibit = next(one for one in EXHIBITS if one.name == "patches")
    before = saved_trace(exhibit, "swin", SwinTrace)
    same(before, before)
    block = before.blocks[3]
    changed = block.attention.copy()
    changed[0, 0, 0, 0] += 0.2
    blocks = (*before.blocks[:3], replace(block, attention=changed), *before.blocks[4:])
    with pytest.raises(AssertionError, match=r"blocks\[3\].attention"):
        same(replace(before, blocks=blocks), before)
