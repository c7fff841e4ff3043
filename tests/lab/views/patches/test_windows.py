import numpy as np

from lab.text import LANGUAGES, Text
from lab.views.patches import cut, pair, windows
from models.traces import PatchesTrace


def test_the_film_shows_every_step_of_every_block(swin):
    film = [(frame["kind"], frame["block"]) for frame in windows.frames(swin.blocks)]
    stage = [("partition", 0), ("attention", 0), ("shift", 1), ("mask", 1), ("attention", 1), ("reverse", 1)]
    assert film[:8] == [("grid", 0), *stage, ("merge", 1)]
    assert film[-1] == ("attention", 5)
    assert [kind for kind, _ in film].count("merge") == 2
    meta = windows.payload(swin, Text("en")).meta
    assert meta["blocks"][1] == {"stage": 0, "grid": (8, 8), "window": 2, "shift": 1}
    assert meta["patch_size"] == 4
    assert meta["frames"] == windows.frames(swin.blocks)


def test_arrays_give_the_trace_back(swin):
    arrays = windows.payload(swin, Text("en")).arrays
    for index, block in enumerate(swin.blocks):
        size = arrays[f"attention_max_{index}"][..., None]
        assert np.all(np.abs(arrays[f"attention_{index}"] / 65535 * size - block.attention) <= size / 131_000)
        np.testing.assert_array_equal(arrays[f"window_token_{index}"], block.window_token)
        np.testing.assert_array_equal(arrays[f"region_{index}"], block.region)
    np.testing.assert_array_equal(arrays["pixels"], swin.pixels)
    assert len(set(arrays["group_still_0"])) == 16
    assert len(set(arrays["group_1"])) > 16


def test_every_kind_of_frame_has_its_words():
    for language in LANGUAGES:
        words = Text(language).section("patches.widget.windows")
        assert {f"{kind}_{part}" for kind in windows.Kind.__args__ for part in ("title", "story")} <= words.keys()


def test_the_pair_draws_from_the_payloads_of_both_models(vit, swin):
    payloads = pair.payload(PatchesTrace(vit=vit, swin=swin), Text("en"))
    for name, alone in {"vit": cut.payload(vit, Text("en")), "swin": windows.payload(swin, Text("en"))}.items():
        assert payloads[name].meta == alone.meta
        for key, array in alone.arrays.items():
            np.testing.assert_array_equal(payloads[name].arrays[key], array)
