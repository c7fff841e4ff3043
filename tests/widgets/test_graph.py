"""Graphs and masks in a browser: what is drawn and counted equals the trace."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.text import Text
from lab.views.graph import graph, masks, paper

from .drawn import data, dots, show
from .graph_traces import asked, learned, scored

pytestmark = pytest.mark.browser
FILLS = "bodies => bodies.map(body => body.getAttribute('fill'))"
MASKS = ("full", "causal", "window", "shifted", "nearest", "neighbours")


def opens(mask, grid, size, scores):
    """Who may look at whom (query, key), written once more."""
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    if mask == "full":
        return np.ones(scores.shape, bool)
    if mask == "causal":
        return np.tri(len(scores), dtype=bool)
    if mask == "nearest":
        return scores >= np.sort(scores, axis=1)[:, -size, None]
    if mask == "neighbours":
        return np.abs(rows[:, None] - rows) + np.abs(columns[:, None] - columns) <= 1
    shift = size // 2 if mask == "shifted" else 0
    window = [(axis - shift) // size for axis in (rows, columns)]
    return (window[0][:, None] == window[0]) & (window[1][:, None] == window[1])


def softmax(scores, allowed):
    weights = np.where(allowed, np.exp(scores - scores.max(1, keepdims=True)), 0)
    return weights / weights.sum(1, keepdims=True)


@pytest.mark.parametrize("source", ["photo", "sentence"])
def test_every_mask_counts_its_edges_and_shares_attention_among_them(bench, source):
    parts = masks.payload(scored(), Text("en"))
    page = bench.open("graph/masks", {name: bench.value(*part) for name, part in parts.items()})
    one = getattr(scored(), source)
    scores = one.scores[1].astype(float)
    for step, mask in enumerate(MASKS):
        for size in (2, 3):
            show(page, source=source, step=step, head=1, size=size, query=2)
            allowed = opens(mask, one.grid, size, scores)
            weights = softmax(scores, allowed)
            assert int(data(page, "edges")) == allowed.sum()
            kept = (softmax(scores, np.ones_like(allowed)) * allowed).sum(1).mean()
            assert float(data(page, "kept")) == pytest.approx(kept, rel=1e-4)
            assert float(data(page, "weight")) == pytest.approx(weights[2].max(), rel=1e-4)
            drawn = dots(page.locator("canvas.heat"))
            closed = np.broadcast_to(np.array([128, 128, 128, 28]), drawn.shape)
            assert np.array_equal((np.abs(drawn - closed) < 6).all(-1), ~allowed)


def test_an_edge_of_the_given_graph_is_cut_and_added_by_pointer_and_by_keys(bench):
    parts = masks.payload(scored(), Text("en"))
    page = bench.open("graph/masks", {name: bench.value(*part) for name, part in parts.items()})
    show(page, step=5)
    scores = scored().photo.scores[0].astype(float)
    given = opens("neighbours", (4, 4), 1, scores)

    def point(token):
        box = page.locator(".stage").first.bounding_box()
        row, column = divmod(token, 4)
        page.mouse.click(box["x"] + box["width"] * (column + 0.5) / 4, box["y"] + box["height"] * (row + 0.5) / 4)

    def follows():
        page.wait_for_function(
            "count => document.querySelector('.lab-widget').dataset.edges === count", arg=f"{given.sum()}"
        )
        whole, kept = softmax(scores, np.ones_like(given)), float(data(page, "kept"))
        assert kept == pytest.approx((whole * given).sum(1).mean(), rel=1e-4)
        most = softmax(scores, given)[int(data(page, "query"))].max()
        assert float(data(page, "weight")) == pytest.approx(most, rel=1e-4)

    point(5)
    follows()
    for token in (6, 15):  # a neighbour, and one far away
        point(token)
        given[[5, token], [token, 5]] ^= True
        follows()
    page.locator(".lab-widget").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    given[[5, 9], [9, 5]] ^= True
    follows()
    page.locator(".restore").click()
    given = opens("neighbours", (4, 4), 1, scores)
    follows()
    expect(page.locator(".restore")).to_be_hidden()
    point(5)
    expect(page.locator(".lab-widget")).to_have_attribute("data-from", "-1")
    assert data(page, "pinned") == "no"


def test_a_link_to_a_head_that_is_none_shows_the_first(bench):
    page = bench.open("graph/graph", bench.value(*graph.payload(learned(), Text("en"))))
    show(page, layer=0, head=1)
    assert (data(page, "layer"), data(page, "head")) == ("0", "1")
    for layer, head in ((1, 1), (9, 0), (-1, 0)):
        show(page, layer=layer, head=head)
        assert (data(page, "layer"), data(page, "head")) == ("0", "0")


def test_of_papers_that_nothing_is_said_of_only_the_field_is_drawn_and_no_edge_can_be_added(bench):
    page = bench.open("graph/graph", bench.value(*paper.payload(asked(), Text("en"))))
    widget, trace = page.locator(".lab-widget"), asked()
    expect(widget.locator(".film")).to_be_hidden()
    assert (data(page, "node"), data(page, "other"), data(page, "edges")) == ("0", "2", "2")
    assert float(data(page, "probability")) == pytest.approx(0.6)
    assert float(data(page, "moved-most")) == pytest.approx(0.3)
    said = [at for at, fill in enumerate(widget.locator(".body").evaluate_all(FILLS)) if fill != "none"]
    assert said == [0]
    pale = widget.locator(".node").evaluate_all("nodes => nodes.map(one => one.matches('.unheard'))")
    assert pale == [False, True, False, True]
    wide = widget.locator(".half").evaluate_all("halves => halves.map(one => Number(one.getAttribute('stroke-width')))")
    between = trace.source != trace.target
    np.testing.assert_allclose(np.array(wide)[between], 0.6 + 13 * np.nan_to_num(trace.weight[0, between]), atol=0.006)
    for node, other, text, free in (
        (0, 2, "Cut 10 – 12", True),
        (0, 1, "Add 10 – 11", True),
        (0, 3, "Add 10 – 13", False),
    ):
        show(page, node=node, other=other)
        expect(widget.locator(".toggle")).to_have_text(text)
        expect(widget.locator(".toggle")).to_be_enabled(enabled=free)
    show(page, node=1, other=0)
    expect(widget.locator(".says")).to_contain_text("depends on papers that are not here")
