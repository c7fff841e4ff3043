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


class Training(NamedTuple):
    """A run that trains: along which axis, and what is measured at its end."""

    axis: str
    ends: tuple[str, ...] = ()


TRAININGS = {
    "train": Training("row", ("fed",)),
    "details": Training("row", ("calibration", "bin_count", "bin_confidence", "bin_right")),
    "gradients": Training("step"),
}
"""Runs so long, with rates so high, that machines that add up in another order part ways: only their beginning is told
here. On one machine all of it is the same (test_truth, test_code)."""
BEGINNING = 0.1
"""Share of the steps on which all machines agree."""


def begun(trace, training):
    """What of a training's trace all machines agree on, by name."""
    found = {}
    for name, hint in get_type_hints(type(trace), include_extras=True).items():
        value, axes = getattr(trace, name), getattr(hint, "__metadata__", ("",))[0].split()
        if name in training.ends or is_time(name):
            continue
        if training.axis in axes:
            at = axes.index(training.axis)
            value = value.take(range(max(2, int(BEGINNING * value.shape[at]))), at)
        found[name] = value
    return found


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
    now = saved.make(exhibit, run, name).trace
    if training := TRAININGS.get(run.name):
        first, again = begun(before.trace, training), begun(now, training)
        for part in again:
            same_value(first[part], again[part], part, is_half(type(now), part))
    else:
        same(before.trace, now)


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
