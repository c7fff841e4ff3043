from dataclasses import replace

import numpy as np
import pytest

from lab.text import Text
from lab.views import patches
from lab.views.payload import percent
from models.traces import VitTrace


@pytest.fixture
def seen():
    """Two layers, two heads, 2x2 patches and a CLS token, made by hand."""
    attention = np.zeros((2, 2, 5, 5), np.float32)
    attention[:, 0] = np.eye(5)
    attention[0, 1] = 0.2
    attention[1, 1, :, 0] = 0.5
    for patch in range(4):
        attention[1, 1, 1 + patch, 1 + (patch ^ 1)] = 0.5
    return VitTrace(
        model="made",
        patch_size=8,
        grid=(2, 2),
        prefix=("CLS",),
        labels=("church", "tench", "golf ball"),
        pixels=np.arange(768, dtype=np.uint8).reshape(16, 16, 3),
        attention=attention,
        lens_probability=np.array([[0.3, 0.4, 0.3], [0.6, 0.3, 0.1], [0.8, 0.1, 0.1]], np.float32),
        patch_vector=np.linspace(-2, 2, 4 * 192, dtype=np.float32).reshape(4, 192),
        embedding=np.array([[3, -4], [1, 0], [0, 2], [0.5, 0.5]], np.float32),
        position_similarity=np.eye(5, dtype=np.float32),
    )


def test_quantised_rows_give_the_trace_back(seen):
    attention = np.random.default_rng(0).dirichlet(np.full(5, 0.3), (2, 2, 5)).astype(np.float32)
    seen = replace(seen, attention=attention)
    arrays = patches.arrays(seen)
    restored = arrays["attention"] / 255 * arrays["attention_max"][..., None]
    assert np.all(np.abs(restored - seen.attention) <= arrays["attention_max"][..., None] / 509)
    restored = arrays["vector"] / 127 * arrays["vector_max"][:, None]
    assert np.all(np.abs(restored - seen.patch_vector) <= arrays["vector_max"][:, None] / 253)


def test_facts_and_arrays_of_a_trace(seen):
    assert patches.facts(seen) == {"patch_size": 8, "grid": (2, 2), "prefix": ("CLS",)}
    arrays = patches.arrays(seen)
    assert arrays["embedding"][0].tolist() == [95, -127]
    assert arrays["embedding_max"].tolist() == [4, 1, 2, 0.5]
    assert arrays["position"][2].tolist() == [0, 0, 127, 0, 0]
    np.testing.assert_array_equal(arrays["pixels"], seen.pixels)


def test_distances_are_shares_of_the_side(seen):
    measured, uniform = patches.distances(seen)
    by_hand = (0 + 8 + 8 + np.hypot(8, 8)) / 4 / 16
    np.testing.assert_allclose(measured, [[0, by_hand], [0, 0.5]], rtol=1e-6)
    assert uniform == pytest.approx(by_hand)


def test_the_distance_claim_says_what_was_measured(seen):
    claim = patches.distance_claim(seen, Text("en"))
    for part in (
        "21% of the picture",
        "last 25%",
        "layer 1, head 1 with 0%",
        "layer 2, head 2 with 50%",
        "give 43%; 2 of 4 heads",
    ):
        assert part in claim


def test_distance_chart_has_a_line_for_every_head_and_one_for_uniform_attention(seen):
    chart = patches.distance_chart(seen, Text("zh"))
    assert [line["name"] for line in chart["data"]] == ["头 1", "头 2", "处处均匀的注意力"]


def test_the_lens_claim_tells_from_where_the_answer_leads(seen):
    claim = patches.lens_claim(seen, Text("en"))
    assert "“church” leads from depth 1 of 2 on and ends at 80%. Before CLS has seen anything it has 30%" in claim


def test_lens_chart_orders_classes_by_the_final_answer(seen):
    chart = patches.lens_chart(seen, Text("zh"), count=2)
    assert [line["name"] for line in chart["data"]] == ["教堂", "丁鱥"]


def test_prediction_and_what_the_model_knows(seen):
    assert patches.prediction(seen, Text("zh"))["高尔夫球"] == pytest.approx(0.1)
    assert "church, tench, golf ball" in patches.knowledge(seen, Text("en"))


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.234, "23%"), (0.0744, "7.4%"), (0.001, "0.10%"), (0.00001, "< 0.01%"), (0, "0%"), (1, "100%")],
)
def test_small_shares_stay_readable(share, said):
    assert percent(share) == said


def test_strangers_words_stay_words(seen):
    wild = replace(seen, model="![x](https://a.b/c)", labels=("crane", "crane", "<b>*bold*</b>"))
    assert patches.prediction(wild, Text("en")).keys() == {"crane (0)", "crane (1)", "<b>*bold*</b>"}
    known = patches.knowledge(wild, Text("en"))
    assert r"\!\[x\](https://a.b/c)" in known
    assert r"\<b\>\*bold\*\</b\>" in known
    assert patches.lens_chart(wild, Text("en"), count=3)["data"][2]["name"] == "&lt;b&gt;*bold*&lt;/b&gt;"
