import numpy as np
import pytest

from lab.views import windows
from models.swin.windows import region_ids, window_token
from models.traces import SwinBlock, SwinTrace


def block(stage, side, shift_size):
    """Windows of 2 tokens and as many heads as the stage's number and two, with random attention."""
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
def seen():
    """Three stages of two blocks, made by hand: maps of 8, 4 and 2 tokens a side; the last has no room for a shift."""
    return SwinTrace(
        model="made",
        patch_size=4,
        labels=("church", "tench", "golf ball"),
        pixels=np.arange(3072, dtype=np.uint32).astype(np.uint8).reshape(32, 32, 3),
        probability=np.array([0.2, 0.7, 0.1], np.float32),
        blocks=tuple(block(stage, 8 // 2**stage, shift) for stage in range(3) for shift in (0, int(stage < 2))),
    )


def test_the_film_shows_every_step_of_every_block(seen):
    film = [(frame["kind"], frame["block"]) for frame in windows.frames(seen.blocks)]
    stage = [("partition", 0), ("attention", 0), ("shift", 1), ("mask", 1), ("attention", 1), ("reverse", 1)]
    assert film[:8] == [("grid", 0), *stage, ("merge", 1)]
    assert film[-1] == ("attention", 5)
    assert [kind for kind, _ in film].count("merge") == 2
    assert windows.facts(seen)["blocks"][1] == {"stage": 0, "grid": (8, 8), "window": 2, "shift": 1}


def test_arrays_give_the_trace_back(seen):
    arrays = windows.arrays(seen)
    for index, block in enumerate(seen.blocks):
        size = arrays[f"attention_max_{index}"][..., None]
        assert np.all(np.abs(arrays[f"attention_{index}"] / 255 * size - block.attention) <= size / 509)
        np.testing.assert_array_equal(arrays[f"window_token_{index}"], block.window_token)
        np.testing.assert_array_equal(arrays[f"region_{index}"], block.region)
    assert len(set(arrays["group_still_0"])) == 16
    assert len(set(arrays["group_1"])) > 16
