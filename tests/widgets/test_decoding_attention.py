"""The attention of both decoders as it is drawn, against the trace."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.style import colour_map
from lab.views.decoding.search import path

from .decoding_run import decoding_trace
from .drawn import data, show
from .payloads import decoding

pytestmark = pytest.mark.browser

PIXELS = """(selector) => {
  const canvas = document.querySelector(selector);
  return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
}"""


def matrix(page, way, size):
    """Red, green, blue of a way's matrix (query, key)."""
    return np.array(page.evaluate(PIXELS, f"section.{way} canvas")).reshape(*size, 4)[..., :3]


def painted(rows):
    """The colours of rows of attention: the largest weight of each is brightest."""
    return np.array(colour_map())[np.round(255 * rows / rows.max(-1, keepdims=True)).astype(int)]


def chosen(weights, head):
    """One head or the mean of all (axis 0)."""
    return weights.mean(0) if head == "mean" else weights[head]


OUTPUT_ROWS = (0, 0, 0, 1, 0)
"""The rows that the output's calls extend, from the first call on."""


@pytest.fixture
def attention(bench):
    return bench.open("decoding/attention", decoding(bench))


@pytest.mark.parametrize("head", [0, 1, "mean"])
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_autoregressive_matrices_show_the_rows_of_the_output_by_layer_and_head(attention, layer, head):
    search = decoding_trace().search
    assert [int(search.steps[call].parent[at]) for call, at in enumerate(path(search))] == list(OUTPUT_ROWS)
    for over, name in [("source", "cross_attention"), ("self", "self_attention")]:
        show(attention, step=5, layer=layer, head=head, over=over)
        drawn = matrix(attention, "autoregressive", (5, 5))
        for call, row in enumerate(OUTPUT_ROWS):
            weights = chosen(getattr(search.steps[call], name)[row, layer], head)
            np.testing.assert_allclose(drawn[call, : len(weights)], painted(weights), atol=12)


@pytest.mark.parametrize("head", [0, 3, "mean"])
@pytest.mark.parametrize("layer", [0, 1])
def test_the_non_autoregressive_matrices_show_the_pass_layer_and_head(attention, layer, head):
    refine = decoding_trace().refine
    for number in range(4):
        for over, name, width in [("source", "cross_attention", 5), ("self", "self_attention", 12)]:
            show(attention, step=number + 1, layer=layer, head=head, over=over)
            drawn = matrix(attention, "non_autoregressive", (12, width))
            np.testing.assert_allclose(drawn, painted(chosen(getattr(refine, name)[number, layer], head)), atol=12)


def test_before_the_first_step_there_is_no_attention(attention):
    show(attention, step=0)
    assert json.loads(data(attention, "attention")) == {"autoregressive": {}, "non_autoregressive": {}}
    assert attention.locator(".picture:visible").count() == 0


def test_the_raw_model_has_its_own_attention(attention):
    attention.locator(".models button").nth(1).click()
    attention.wait_for_function("document.querySelector('.lab-widget').dataset.model === '1'")
    raw = decoding_trace().raw_data_runs[0].cross_attention[3, 1].mean(0)[10]
    cell = json.loads(data(attention, "attention"))["non_autoregressive"]
    assert (cell["row"], cell["column"]) == (10, raw.argmax()) and cell["weight"] == pytest.approx(raw.max(), abs=0.003)


def test_a_cell_is_read_by_pointer_and_arrow_keys_and_the_future_is_masked(attention):
    cells = {"autoregressive": {"row": 1, "column": 3}, "non_autoregressive": {"row": 2, "column": 4}}
    show(attention, step=5, over="self", cell=cells, way="non_autoregressive")
    expect(attention.locator("section.autoregressive .readout")).to_contain_text("may not see column 4")
    weights = decoding_trace().refine.self_attention[3, 1].mean(0)
    told = lambda: json.loads(data(attention, "attention"))["non_autoregressive"]  # noqa: E731
    assert told()["weight"] == pytest.approx(weights[2, 4], abs=0.003)
    attention.locator(".lab-widget").focus()
    attention.keyboard.press("ArrowDown")
    attention.keyboard.press("ArrowRight")
    attention.wait_for_function("document.querySelector('.lab-widget').dataset.pinned === 'yes'")
    assert (told()["row"], told()["column"]) == (3, 5)
    assert told()["weight"] == pytest.approx(weights[3, 5], abs=0.003)
    box = attention.locator("section.autoregressive .picture").bounding_box()
    attention.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.9 * box["height"])
    attention.wait_for_function("document.querySelector('.lab-widget').dataset.way === 'autoregressive'")
    cell = json.loads(data(attention, "attention"))["autoregressive"]
    assert (cell["row"], cell["column"]) == (4, 2)
