import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.blocks import gradients
from models.traces import GradientsTrace


def made(first=(0.5, 0.2, 1e9, 1e-9), loss=(0.1, 2.2, 50.0, 2.3), spread=2.0):
    """Two seeds around these gradients at depth 4, half of their logarithm at depth 2; losses that do not move."""
    seeds = np.array([1 / spread, spread])
    deepest = np.array(first)[:, None] * seeds
    along = np.stack([np.ones_like(deepest), deepest**0.5, deepest**0.5, deepest, deepest], -1)
    return GradientsTrace(
        precision="float64",
        norm_place="pre",
        depth=2,
        depths=np.array([2, 4]),
        first=np.stack([deepest**0.5, deepest], -1),
        along=along,
        guessing=np.log(10),
        loss=np.repeat(np.array(loss)[:, None], 20, 1),
    )


def test_the_claim_is_what_was_measured():
    said = gradients.claim(made(), Text("en"))
    for part in (
        "the claim holds without LayerNorm",
        "first of 4 layers",
        "explodes",
        "LayerNorm alone also keeps",
        "half the loss of guessing: residuals + LayerNorm.",
        "first layer / output 0.5 (0.25 to 1); loss 0.10",
        "1 × 10⁻⁹ (5.0 × 10⁻¹⁰ to 2.0 × 10⁻⁹); loss 2.30".replace("1 ×", "1.0 ×"),
    ):
        assert part in said, part


def test_other_measurements_refute_it():
    text = Text("en")
    assert "does not hold" in gradients.claim(made((1, 1, 1e-9, 1e-3)), text)
    assert "does not hold" in gradients.claim(made((1, 1, 1e-8, 1e-9), spread=10), text)
    assert "explodes" not in gradients.claim(made((1, 1, 1, 1e-9)), text)
    assert "does not keep" in gradients.claim(made((1, 1e-3, 1, 1e-9)), text)
    assert "none of the stacks of 2" in gradients.claim(made(loss=(2, 2, 2, 2)), text)
    assert "loss not a number yet" in gradients.claim(made(loss=(np.nan,) * 4), text)
    assert "below half" not in gradients.claim(made(loss=(np.nan,) * 4), text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_charts_draw_bands_over_the_seeds_points_of_every_depth_and_losses(numbers, language):
    trace = made(loss=(0.1, 2.2, np.inf, 2.3))
    left, right = (chart["data"] for chart in gradients.chart(trace, Text(language)))
    for variant in range(4):
        low, high, line, points = left[4 * variant : 4 * variant + 4]
        along = trace.along[variant]
        np.testing.assert_allclose(numbers(low["y"]), along.min(0))
        np.testing.assert_allclose(numbers(high["y"]), along.max(0))
        assert high["fill"] == "tonexty" and "fill" not in low
        np.testing.assert_allclose(numbers(line["y"]), np.sqrt(along[0] * along[1]))
        np.testing.assert_allclose(numbers(points["x"]), [2, 4])
        np.testing.assert_allclose(numbers(points["y"]), np.sqrt(trace.first[variant].prod(0)))
    np.testing.assert_allclose(numbers(right[0]["y"]), 0.1)
    assert np.isnan(numbers(right[2]["y"])).all()
    np.testing.assert_allclose(numbers(right[4]["y"]), np.log(10))
    assert [line["name"] for line in right[:4]] == gradients.names(Text(language))
