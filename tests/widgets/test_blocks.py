"""LayerNorm and sizes in a browser: what is drawn and written equals the trace, and formulas equal counts."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.blocks import EXHIBIT
from lab.saved import load
from lab.style import colour_map
from lab.text import Text
from lab.views.blocks import norm, position_maps, sizes
from models.traces import SizesTrace

from .blocks_traces import architectures, layer_norms, position_tables
from .drawn import data, dots, edges, show

pytestmark = pytest.mark.browser
BAR = 7


def heights(canvas):
    """Of each bar, with its sign, as shares of half the height."""
    drawn = dots(canvas)
    half = drawn.shape[0] // 2
    filled = drawn[:, 2::BAR, 3] > 250
    return (filled[: half - 1].sum(0) - filled[half + 1 :].sum(0)) / half


def test_layer_norm_draws_and_writes_the_formula(bench):
    trace = layer_norms()
    page = bench.open("blocks/norm", bench.value(*norm.payload(trace, Text("en"))))
    show(page, token=3, layer=1, part=1, feature=4, scale=2, shift=-1.5, batch=2)
    given = trace.x[1, 1].astype(float)
    x = 2 * given[3] - 1.5
    normal = (x - x.mean()) / np.sqrt(x.var() + trace.eps)
    y = normal * trace.weight[1, 1] + trace.bias[1, 1]
    own = norm.layer_norm(trace, trace.x.astype(float))[1, 1, 3]
    for name, row in (("x", x), ("normalised", normal), ("y", y)):
        others = np.arange(12) != 4
        np.testing.assert_allclose(
            heights(page.locator(f"canvas.{name}"))[others], (row / abs(row).max())[others], atol=0.05
        )
    for name, value in (("mean", x.mean()), ("variance", x.var()), ("output", y[4]), ("moved", abs(y - own).max())):
        assert float(data(page, name)) == pytest.approx(value, rel=1e-4, abs=1e-9), name
    formula = page.locator(".formula").inner_text().replace("−", "-")
    for value in (x[4], normal[4], y[4]):
        assert f"{value:.3f}" in formula


def test_batch_norm_moves_with_the_batch_and_layer_norm_does_not(bench):
    trace = layer_norms()
    page = bench.open("blocks/norm", bench.value(*norm.payload(trace, Text("en"))))
    x = trace.x[0, 0].astype(float)

    def batch_norm(rows):
        normal = (rows[0] - rows.mean(0)) / np.sqrt(rows.var(0) + trace.eps)
        return normal * trace.weight[0, 0] + trace.bias[0, 0]

    for count in (1, 2, 5):
        show(page, token=4, batch=count)
        some, whole = batch_norm(x[[4, 0, 1, 2, 3][:count]]), batch_norm(x[[4, 0, 1, 2, 3]])
        changed = np.linalg.norm(some - whole) / np.linalg.norm(whole)
        assert float(data(page, "changed")) == pytest.approx(changed, rel=1e-4)
        expect(page.locator(".changed")).to_contain_text(f"moves by {100 * changed:.0f}%, LayerNorm’s by 0%")


def test_areas_are_to_scale_and_a_count_that_differs_is_told(bench):
    trace = architectures()
    page = bench.open("blocks/sizes", bench.value(*sizes.payload(trace, Text("en"))))
    assert page.locator(".counted").inner_text().endswith("the same.")
    areas = [
        page.locator(f".area.{part}").evaluate("area => area.offsetWidth * area.offsetHeight")
        for part in ("encoder_attention", "encoder_feed_forward", "decoder_feed_forward", "embedding")
    ]
    counted = trace.architectures[0].parameters[[1, 2, 6, 0]]
    np.testing.assert_allclose(areas / np.sum(areas), counted / counted.sum(), rtol=0.03)
    page.get_by_role("button", name="GPT-2").click()
    said = "124,439,808; counted on the modules of GPT-2: 124,439,809."
    expect(page.locator(".counted")).to_contain_text(said)
    expect(page.locator(".structure")).to_have_text("Decoder: 12 × [masked self-attention, feed-forward]")
    expect(page.locator(".encoder_layers")).to_be_hidden()
    show(page, heads=7)
    expect(page.locator(".head-width")).to_contain_text("no whole number")


def test_the_formulas_are_the_counts_of_every_architecture(bench):
    found = load(EXHIBIT, EXHIBIT.run("sizes"))
    assert found and isinstance(found.trace, SizesTrace)
    page = bench.open("blocks/sizes", bench.value(*sizes.payload(found.trace, Text("en"))))
    for one in found.trace.architectures:
        page.get_by_role("button", name=one.name, exact=True).click()
        for measure, counted in (("parameters", one.parameters.sum()), ("multiply_adds", one.multiply_adds)):
            show(page, measure=measure)
            assert float(data(page, "total")) == counted, (one.name, measure)
            assert page.locator(".counted").inner_text().endswith("the same.")


def test_the_map_of_every_patch_is_drawn_and_one_is_large(bench):
    trace = position_tables()
    page = bench.open("blocks/position_maps", bench.value(*position_maps.payload(trace, Text("en"))))
    cosine, least = trace.vit_cosine, trace.vit_cosine.min()
    wanted = np.array(colour_map())[np.round(255 * (cosine - least) / (1 - least)).astype(int)]
    whole = dots(page.locator(".whole canvas"))[..., :3].reshape(3, 3, 4, 4, 3).transpose(0, 2, 1, 3, 4)
    np.testing.assert_allclose(whole.reshape(12, 12, 3), wanted, atol=6)
    show(page, patch=5)
    np.testing.assert_allclose(dots(page.locator(".own canvas"))[..., :3].reshape(12, 3), wanted[5], atol=6)
    assert float(data(page, "cosine")) == pytest.approx(0.9)
    assert int(data(page, "nearest")) in (4, 6)
    assert edges(page.locator(".own .self")) == pytest.approx([1 / 3, 1 / 4, 2 / 3, 1 / 2], abs=1e-3)
    box = page.locator(".own .stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 7 / 8, box["y"] + box["height"] * 5 / 6)
    expect(page.locator(".pointed")).to_have_text("With patch 12 (row 3, column 4): 0.65")
    page.locator(".whole .stage").click(position={"x": 2, "y": 2})
    expect(page.locator(".readout")).to_contain_text("Most like patch 1 (row 1, column 1)")
