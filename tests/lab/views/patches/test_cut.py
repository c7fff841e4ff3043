from dataclasses import replace

import numpy as np
import pytest

from lab.text import Text
from lab.views.patches import attend, cut
from models.attention import rollout


@pytest.fixture
def seen(vit):
    """With attention that is nowhere round."""
    attention = np.random.default_rng(0).dirichlet(np.full(5, 0.3), (2, 2, 5)).astype(np.float32)
    return replace(vit, attention=attention)


def test_quantised_rows_give_the_trace_back(seen):
    arrays = cut.payload(seen, Text("en")).arrays
    restored = arrays["attention"] / 255 * arrays["attention_max"][..., None]
    assert np.all(np.abs(restored - seen.attention) <= arrays["attention_max"][..., None] / 509)
    restored = arrays["rollout"] / 255 * arrays["rollout_max"][..., None]
    assert np.all(np.abs(restored - rollout(seen.attention)) <= arrays["rollout_max"][..., None] / 509)
    restored = arrays["vector"] / 127 * arrays["vector_max"][:, None]
    assert np.all(np.abs(restored - seen.patch_vector) <= arrays["vector_max"][:, None] / 253)


def test_meta_and_arrays_of_a_trace(vit):
    meta, arrays = cut.payload(vit, Text("en"))
    assert meta == {"patch_size": 8, "grid": (2, 2), "prefix": ("CLS",), "unread": (0, 0)}
    assert arrays["embedding"][0].tolist() == [95, -127]
    assert arrays["embedding_max"].tolist() == [4, 1, 2, 0.5]
    assert arrays["position"][2].tolist() == [0, 0, 127, 0, 0]
    np.testing.assert_array_equal(arrays["pixels"], vit.pixels)


def test_cut_and_attend_draw_from_one_file_in_both_languages(seen):
    first, second = cut.payload(seen, Text("en")), attend.payload(seen, Text("zh"))
    assert first.meta == second.meta
    assert list(first.arrays) == list(second.arrays)
    for name, array in first.arrays.items():
        assert array.dtype == second.arrays[name].dtype
        assert array.tobytes() == second.arrays[name].tobytes()


def test_other_attention_gives_another_payload(vit, seen):
    before, after = (cut.payload(trace, Text("en")).arrays for trace in (vit, seen))
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed == {"attention", "attention_max", "half", "rollout", "rollout_max"}


def test_half_of_the_attention_is_counted_before_the_numbers_become_bytes(vit):
    """Four patches of nearly a quarter each: two get just less than half, which a 255th cannot tell."""
    close = np.array([0, 0.2499, 0.25, 0.2501, 0.25], np.float32)
    seen = replace(vit, attention=np.broadcast_to(close, (2, 2, 5, 5)).copy())
    falling = np.cumsum(np.sort(seen.attention[..., 1:].astype(float))[..., ::-1], axis=-1)
    exact = (falling < falling[..., -1:] / 2).sum(-1) + 1
    half = cut.payload(seen, Text("en")).arrays["half"]
    assert half.shape == (2, 4, 5) and half.dtype == np.uint16
    np.testing.assert_array_equal(half[:, :2], exact)
    np.testing.assert_array_equal(half[:, 2], exact[:, 0])
    assert half[0, 3].tolist() == [2, 1, 1, 1, 1]
