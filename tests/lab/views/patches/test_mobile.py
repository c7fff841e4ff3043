import numpy as np
import pytest

from lab.text import LANGUAGES, Text, plain
from lab.views.patches import mobile, mobilevit_answer
from models.traces import MobileVitBlock, MobileVitTrace


@pytest.fixture
def mobilevit():
    """One block on a map of 4x6 pixels: six patches, two Transformer layers of two heads."""
    attention = np.full((2, 4, 2, 6, 6), 1 / 6, np.float32)
    attention[1, :, 0] = np.eye(6)
    block = MobileVitBlock(
        stage=3,
        patch_size=2,
        kernel_size=3,
        jump=8,
        size=np.random.default_rng(0).uniform(0, 3, (5, 4, 6)),
        attention=attention,
        left=np.array([-5, -13, -13, -13, -21]),
        right=np.array([6, 14, 14, 14, 22]),
        everywhere=np.array([False, False, True, True, True]),
    )
    pixels = np.zeros((32, 48, 3), np.uint8)
    return MobileVitTrace("*made*", ("church", "tench"), pixels, np.array([0.2, 0.8], np.float32), (block,))


def test_arrays_give_the_trace_back(mobilevit):
    block = mobilevit.blocks[0]
    meta, arrays = mobile.payload(mobilevit, Text("en"))
    size = arrays["attention_max_0"][..., None]
    assert np.all(np.abs(arrays["attention_0"] / 255 * size - block.attention) <= size / 509)
    largest = block.size.max(axis=(1, 2), keepdims=True)
    assert np.all(np.abs(arrays["size_0"] / 255 * largest - block.size) <= largest / 509)
    np.testing.assert_array_equal(arrays["pixels"], mobilevit.pixels)
    assert meta["blocks"] == [
        {
            "stage": 3,
            "grid": (4, 6),
            "patch": 2,
            "kernel": 3,
            "jump": 8,
            "layers": 2,
            "fields": [(-5, 6), (-13, 14), (-13, 14), (-13, 14), (-21, 22)],
            "everywhere": [False, False, True, True, True],
        }
    ]


def test_half_of_a_row_is_counted_for_each_head_and_for_their_mean(mobilevit):
    half = mobile.payload(mobilevit, Text("en")).arrays["half_0"]
    assert half.shape == (2, 4, 3, 6)
    assert (half[0] == 3).all() and (half[1, :, 0] == 1).all() and (half[1, :, 1] == 3).all()
    assert (half[1, :, 2] == 1).all()


def test_every_kind_of_picture_has_its_words():
    for language in LANGUAGES:
        words = Text(language).section("patches.widget.mobile")
        for kind in ("input", "local", "unfold", "attention", "fold", "fusion"):
            assert {f"{kind}_title", f"{kind}_story"} <= words.keys()


def test_what_was_measured_and_counted_in_each_block(mobilevit):
    claim = mobile.claim(mobilevit, Text("en"))
    assert "Block 1: half of a pixel’s attention falls on 2.0 of the 6 pixels" in claim
    assert "out of 24 in the map; 144 weights a head, where attention among all pixels would have 576." in claim
    assert all(number in mobile.claim(mobilevit, Text("zh")) for number in ("2.0", "24", "144", "576"))


def test_the_mobilevit_answers_in_a_line(mobilevit):
    assert mobilevit_answer.claim(mobilevit, Text("en")) == f"MobileViT ({plain('*made*')}) answers: tench, 80%."
    assert "丁鱥" in mobilevit_answer.claim(mobilevit, Text("zh"))
