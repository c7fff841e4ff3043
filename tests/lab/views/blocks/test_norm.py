import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.blocks import norm, norm_order
from models.traces import LayerNormTrace, StreamTrace


def made(eps=1e-12, tokens=4):
    generator = np.random.default_rng(0)
    stream = {"length": np.array([[1.0, 3.0], [2.0, 8.0]])}
    return LayerNormTrace(
        model="marian",
        token=tuple(f"▁t{at}" for at in range(tokens)),
        part=("self_attention", "feed_forward"),
        pre_norm=False,
        x=generator.normal(size=(3, 2, tokens, 6)).astype(np.float32),
        weight=generator.normal(size=(3, 2, 6)).astype(np.float32),
        bias=generator.normal(size=(3, 2, 6)).astype(np.float32),
        eps=eps,
        streams=(
            StreamTrace("marian", False, 33.5, 2e-7, **stream),
            StreamTrace("vit", True, 0.0, 0.98, **stream),
        ),
    )


def test_norms_go_over_the_token_or_over_the_batch():
    trace = made()
    x = trace.x.astype(float)
    row = x[1, 0, 2]
    expected = (row - row.mean()) / row.std() * trace.weight[1, 0] + trace.bias[1, 0]
    np.testing.assert_allclose(norm.layer_norm(trace, x)[1, 0, 2], expected)
    column = x[1, 0, :, 5]
    expected = (column - column.mean()) / column.std() * trace.weight[1, 0, 5] + trace.bias[1, 0, 5]
    np.testing.assert_allclose(norm.batch_norm(trace, x)[1, 0, :, 5], expected)


def test_the_claim_says_what_moved():
    said = norm.claim(made(), Text("en"))
    assert "all 6 LayerNorms" in said and "With 2 tokens in the batch instead of 4" in said
    assert "LayerNorm’s outputs move by 0% (median)" in said
    assert float(said.split("no output by more than ")[1].split(" × ")[0]) < 10 and "× 10⁻" in said
    noticed = norm.claim(made(eps=1.0), Text("en")).split("no output by more than ")[1]
    assert 0.1 < float(noticed.split(" ")[0]) < 10
    assert "× 10" not in noticed


def test_the_payload_is_what_was_measured():
    trace = made()
    meta, arrays = norm.payload(trace, Text("en"))
    assert meta["tokens"] == trace.token and meta["parts"] == trace.part and meta["eps"] == trace.eps
    for name in ("x", "weight", "bias"):
        np.testing.assert_array_equal(arrays[name], getattr(trace, name))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stream_is_drawn_as_a_band_and_named_by_its_order(numbers, language):
    drawn = norm_order.chart(made(), Text(language))["data"]
    assert [line["name"] for line in drawn[2::3]] == ["marian, post-LN", "vit, pre-LN"]
    for low, high, mean in (drawn[:3], drawn[3:]):
        np.testing.assert_allclose(numbers(low["y"]), [1, 2])
        np.testing.assert_allclose(numbers(high["y"]), [3, 8])
        np.testing.assert_allclose(numbers(mean["y"]), [2, 5])


def test_the_order_is_told_with_the_error_of_either():
    said = norm_order.claim(made(), Text("en"))
    assert "**marian** is post-LN: computed so, it differs from its own output by 2.0 × 10⁻⁷" in said
    assert "in the other order by 34 times its size" in said
    assert (
        "**vit** is pre-LN: computed so, it differs from its own output by 0 exactly, in the other order by 98%" in said
    )
    assert "from length 2.0 to 5.0 over 1 layers" in said
