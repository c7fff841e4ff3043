from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.cnn_vs_attention import position
from models.traces import SETTINGS, VARIANTS, PositionAblation, PositionAblationsTrace

ENGLISH = Text("en")


@pytest.fixture
def one():
    with_positions = [[0.8, 0.2], [0.3, 0.7], [0.75, 0.25], [0.6, 0.4]]
    without = [[0.1, 0.9], [0.1, 0.9], [0.2, 0.8], [0.5, 0.5]]
    return PositionAblation(
        model="m",
        labels=("cat", "church"),
        tile=8,
        shift=4,
        pixels=np.random.default_rng(0).integers(0, 256, (4, 16, 24, 3), dtype=np.uint8),
        probability=np.array([with_positions, without]),
        similarity=np.array([[1, 0.5, 0.9, 0.75], [1, 1, 0.8, 0.25]]),
    )


def test_the_payload_tells_every_variant_in_every_setting_as_the_trace_has_it(one):
    alone = replace(one, model="n", probability=one.probability[:1], similarity=one.similarity[:1])
    meta, drawn = position.payload(PositionAblationsTrace((one, alone)), ENGLISH)
    assert meta["variants"] == VARIANTS
    assert [(model["model"], model["tiles"], model["tile"], model["shift"]) for model in meta["models"]] == [
        ("m", "2×3", 8, 4),
        ("n", "2×3", 8, 4),
    ]
    settings = meta["models"][0]["settings"]
    assert len(settings) == len(SETTINGS) and len(meta["models"][1]["settings"]) == 1
    rows = [[tuple(answer.values()) for answer in answers] for answers in settings]
    assert rows[0] == [
        ("cat", "80%", "0%", "1.00"),
        ("church", "70%", "50%", "0.50"),
        ("cat", "75%", "5.0%", "0.90"),
        ("cat", "60%", "20%", "0.75"),
    ]
    assert rows[1] == [
        ("church", "90%", "0%", "1.00"),
        ("church", "90%", "0%", "1.00"),
        ("church", "80%", "10%", "0.80"),
        ("cat", "50%", "40%", "0.25"),
    ]
    np.testing.assert_array_equal(drawn["pixels_0"], one.pixels)
    assert list(drawn) == ["pixels_0", "pixels_1"]


def test_change_is_total_variation_from_the_photo_in_the_same_setting(one):
    np.testing.assert_allclose(position.change(one), [[0, 0.5, 0.05, 0.2], [0, 0, 0.1, 0.4]], atol=1e-6)


def test_claim_and_verdict_tell_how_far_shuffling_moves_the_answer(one):
    alone = replace(one, model="n", probability=one.probability[:1], similarity=one.similarity[:1])
    trace = PositionAblationsTrace((one, alone))
    sentence = position.claim(trace, ENGLISH)
    assert "**m** (2×3 tiles of 8 pixels): 50% as it is, 0% without" in sentence
    assert "**n** (2×3 tiles of 8 pixels): 50%; it has no position parameters" in sentence
    assert position.verdict(trace, ENGLISH).endswith("50% in m (0% without its position parameters); 50% in n.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_variant_and_setting_has_words(language):
    words = Text(language).section("cnn_vs_attention.widget.position")
    assert {*VARIANTS, *SETTINGS, "only"} <= set(words)
