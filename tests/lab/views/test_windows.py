import numpy as np

from lab.views import windows
from models.swin.trace import trace


def test_the_film_shows_every_step_of_every_block(tiny_swin, photo):
    seen = trace(photo, str(tiny_swin))
    film = [(frame["kind"], frame["block"]) for frame in windows.frames(seen.blocks)]
    stage = [("partition", 0), ("attention", 0), ("shift", 1), ("mask", 1), ("attention", 1), ("reverse", 1)]
    assert film[:8] == [("grid", 0), *stage, ("merge", 1)]
    assert film[-1] == ("attention", 5)
    assert [kind for kind, _ in film].count("merge") == 2
    assert windows.facts(seen)["blocks"][1] == {"stage": 0, "grid": (8, 8), "window": 2, "shift": 1}


def test_arrays_give_the_trace_back(tiny_swin, photo):
    seen = trace(photo, str(tiny_swin))
    arrays = windows.arrays(seen)
    for index, block in enumerate(seen.blocks):
        size = arrays[f"attention_max_{index}"][..., None]
        assert np.all(np.abs(arrays[f"attention_{index}"] / 255 * size - block.attention) <= size / 509)
        np.testing.assert_array_equal(arrays[f"window_token_{index}"], block.window_token)
        np.testing.assert_array_equal(arrays[f"region_{index}"], block.region)
    assert len(set(arrays["group_still_0"])) == 16
    assert len(set(arrays["group_1"])) > 16
