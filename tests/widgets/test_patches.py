"""Patches & Windows in a browser: what is drawn and said equals the trace, in every layer, head, block and frame."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab import style
from models.swin.windows import group

from . import photo_traces
from .drawn import dots, edges
from .payloads import charts, classes, mobilevit, pair, relevant, swin, vit

pytestmark = pytest.mark.browser
COLOURS = np.array(style.colour_map())
SIGNED = np.array(style.diverging_map())


def show(page, **state):
    """Set some of a widget's state and wait until it is drawn."""
    page.evaluate("(state) => page.set({ ...page.state(), ...state })", state)


def data(page, selector=".lab-widget"):
    page.evaluate("page.picture()")
    return page.locator(selector).evaluate("node => ({ ...node.dataset })")


def shares(row):
    return row / row.max()


def painted(canvas, weights, opaque=True):
    """That a canvas shows these weights from 0 to 1; over a photo, small ones are more transparent."""
    shown = dots(canvas)
    wanted = COLOURS[np.round(255 * weights).astype(int)]
    far = np.abs(shown[..., :3] - wanted).max(-1)
    assert (far <= 12).mean() > 0.99
    if opaque:
        assert (shown[..., 3] == 255).all()
    else:
        np.testing.assert_allclose(shown[..., 3], 130 + 110 * weights, atol=2)


@pytest.mark.parametrize("head", [0, 1, "mean"])
@pytest.mark.parametrize("layer", [0, 2])
def test_attend_shows_the_row_of_its_layer_head_and_query(bench, layer, head):
    trace = photo_traces.vit()
    page = bench.open("patches/attend", vit(bench))
    show(page, step=layer, head=head, query=7)
    attention = trace.attention[layer].mean(0) if head == "mean" else trace.attention[layer, head]
    row = attention[7, 1:].reshape(4, 4)
    painted(page.locator(".heat"), shares(row), opaque=False)
    painted(page.locator(".thumbs canvas").nth(2 if head == "mean" else head), shares(row))
    np.testing.assert_array_equal(dots(page.locator(".photo"))[..., :3], trace.pixels)
    assert edges(page.locator(".stage .mark")) == pytest.approx([0.25, 0.5, 0.5, 0.75])
    falling = np.cumsum(np.sort(row.ravel())[::-1])
    shown = data(page)
    assert int(shown["half"]) == int(np.argmax(falling >= falling[-1] / 2)) + 1
    assert (shown["layer"], shown["head"], shown["query"]) == (str(layer + 1), str(head), "7")
    best = int(row.argmax())
    for said in (f"patch {best + 1} (row {best // 4 + 1}, column {best % 4 + 1})", "CLS gets"):
        expect(page.locator(".readout")).to_contain_text(said)
    show(page, query=0)
    assert edges(page.locator(".stage .mark")) == []
    assert page.locator(".prefix button").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("layer", [0, 2])
def test_relevance_shows_the_map_and_the_layer_that_are_chosen(bench, at, layer):
    trace = photo_traces.relevance()
    page = bench.open("patches/relevance", relevant(bench))
    assert (data(page)["layer"], data(page)["map"]) == ("3", "2")
    show(page, step=layer)
    page.locator(".thumbs button").nth(at).click()
    maps = [trace.attention, trace.rollout, *trace.relevance]
    row = maps[at][layer].reshape(4, 4)
    painted(page.locator(".heat"), shares(row), opaque=False)
    for thumb, each in zip(page.locator(".thumbs canvas").all(), maps, strict=True):
        painted(thumb, shares(each[layer].reshape(4, 4)))
    np.testing.assert_array_equal(dots(page.locator(".photo"))[..., :3], trace.pixels)
    falling = np.cumsum(np.sort(row.ravel())[::-1])
    assert data(page)["half"] == str(int(np.argmax(falling >= falling[-1] / 2)) + 1)
    best, share = int(row.argmax()), 100 * row.max() / row.sum()
    name = ("attention", "rollout", "relevance: church", "relevance: tench")[at]
    read = page.locator(".readout").inner_text()
    assert read.startswith(f"Layer {layer + 1}, {name}: half of it falls on")
    assert f"the most, {share:.1f}%, on patch {best + 1} (row" in read


def test_cut_shows_the_patch_and_what_the_model_makes_of_it(bench):
    trace = photo_traces.vit()
    page = bench.open("patches/cut", vit(bench))
    show(page, cell=6, pinned=True)
    own = trace.pixels[8:16, 16:24]
    np.testing.assert_array_equal(dots(page.locator(".rgb"))[..., :3], own)
    for channel, name in enumerate(("red", "green", "blue")):
        np.testing.assert_array_equal(dots(page.locator(f".{name}"))[..., :3], np.repeat(own[..., [channel]], 3, -1))
    vector = trace.patch_vector[6]
    wanted = SIGNED[np.round(127 + 127 * np.round(127 * vector / np.abs(vector).max()) / 127).astype(int)]
    np.testing.assert_allclose(dots(page.locator(".strip.vector"))[..., :3].reshape(-1, 3), wanted, atol=4)
    shown = data(page)
    assert float(shown["embedding"]) == pytest.approx(np.linalg.norm(trace.embedding[6]), rel=0.02)
    others = np.delete(trace.position_similarity[7, 1:], 6)
    assert float(shown["cosine"]) == pytest.approx(others.max(), abs=0.01)
    assert (shown["patch"], shown["count"], shown["pinned"]) == ("7", "16", "yes")
    show(page, size=16, cell=3)
    np.testing.assert_array_equal(dots(page.locator(".rgb"))[..., :3], trace.pixels[16:, 16:])
    expect(page.locator(".embedding")).to_be_hidden()
    expect(page.locator(".sum")).to_contain_text("N = 2 × 2 = 4 tokens of 768 numbers")


def test_another_patch_size_keeps_the_place(bench):
    page = bench.open("patches/cut", vit(bench))
    show(page, cell=15)
    page.get_by_role("button", name="16", exact=True).click()
    assert (data(page)["cell"], data(page)["size"]) == ("3", "16")
    page.get_by_role("button", name="8", exact=True).click()
    assert data(page)["cell"] == "15"


def frames(page):
    return page.evaluate("page.state().step"), int(page.locator(".frames input").get_attribute("max"))


def test_windows_shows_attention_and_mask_of_the_chosen_token_in_every_frame(bench):
    trace = photo_traces.swin()
    page = bench.open("patches/windows", swin(bench))
    kinds = set()
    for step in range(frames(page)[1] + 1):
        show(page, step=step, spot=62)
        shown = data(page)
        kinds.add(shown["kind"])
        block = trace.blocks[int(shown["block"])]
        token = int(shown["token"])
        side = block.grid[0]
        scale = 8 // side
        assert token == (7 // scale) * side + 6 // scale
        window, slot = np.argwhere(block.window_token == token)[0]
        assert shown["window"] == str(window)
        row = block.attention[window, :, slot].mean(0)
        painted(page.locator("canvas.own"), shares(row).reshape(2, 2))
        groups = group(block.grid, 2, block.shift_size)
        seen = groups[block.window_token[window]]
        allowed = seen[:, None] == seen[None]
        blocked = (dots(page.locator("canvas.mask"))[..., :3] == [40, 40, 56]).all(-1)
        np.testing.assert_array_equal(blocked, ~allowed)
        assert shown["open"] == str(allowed[slot].sum())
        if shown["kind"] == "attention":
            heat = dots(page.locator(".heat"))[..., 3] > 110
            assert heat.sum() == 4
            rolled = np.roll(
                np.isin(np.arange(side**2), block.window_token[window]).reshape(side, side), -block.shift_size, (0, 1)
            )
            np.testing.assert_array_equal(heat, rolled)
    assert kinds == {"grid", "partition", "attention", "shift", "mask", "reverse", "merge"}


def test_windows_marks_the_place_where_the_rolled_photo_has_it(bench):
    trace = photo_traces.swin()
    page = bench.open("patches/windows", swin(bench))
    show(page, step=4, spot=0)
    assert data(page)["kind"] == "mask"
    assert edges(page.locator(".stage .mark")) == pytest.approx([7 / 8, 7 / 8, 1, 1])
    photo = dots(page.locator(".photo"))[2::4, 2::4, :3]
    np.testing.assert_array_equal(photo, np.roll(trace.pixels, -4, (0, 1)))
    regions = dots(page.locator(".heat"))[..., :3]
    wanted = np.array([[0, 0, 0], *style.series()])[trace.blocks[1].region]
    np.testing.assert_allclose(regions[trace.blocks[1].region > 0], wanted[trace.blocks[1].region > 0], atol=2)


@pytest.mark.parametrize(("index", "layer", "head"), [(0, 1, 1), (0, 0, "mean"), (1, 2, 0)])
def test_mobile_shows_attention_at_the_same_place_of_all_patches_and_nowhere_else(bench, index, layer, head):
    block = photo_traces.mobilevit().blocks[index]
    page = bench.open("patches/mobile", mobilevit(bench))
    show(page, block=index, step=3 + layer, head=head, spot=[0.7, 0.3])
    rows, columns = block.grid
    row, column = int(0.7 * rows), int(0.3 * columns)
    place, patch = row % 2 * 2 + column % 2, row // 2 * (columns // 2) + column // 2
    attention = block.attention[layer, place]
    weights = (attention.mean(0) if head == "mean" else attention[head])[patch]
    heat = dots(page.locator(".heat"))
    own = np.zeros(block.grid, bool)
    own[row % 2 :: 2, column % 2 :: 2] = True
    assert (heat[~own] == [0, 0, 0, 225]).all()
    wanted = COLOURS[np.round(255 * shares(weights)).astype(int)]
    far = np.abs(heat[own][:, :3] - wanted).max(-1)
    assert (far <= 12).all()
    np.testing.assert_allclose(heat[own][:, 3], 60 + 180 * shares(weights), atol=2)
    painted(page.locator(".sets canvas").nth(place), shares(weights).reshape(rows // 2, columns // 2))
    shown = data(page)
    falling = np.cumsum(np.sort(weights)[::-1])
    assert int(shown["half"]) == int(np.argmax(falling >= falling[-1] / 2)) + 1
    assert (shown["place"], shown["patch"], shown["reads"]) == (str(place), str(patch), str(own.sum()))
    best = np.flatnonzero(own)[int(weights.argmax())]
    read = page.locator(".readout").inner_text()
    assert f"{100 * weights.max():.1f}%, goes to row {best // columns + 1}, column {best % columns + 1};" in read


def test_mobile_shows_the_maps_the_sets_and_the_boxes_of_every_step(bench):
    trace = photo_traces.mobilevit()
    page = bench.open("patches/mobile", mobilevit(bench))
    block = trace.blocks[0]
    kinds = ["input", "local", "unfold", "attention", "attention", "fold", "fusion"]
    maps = [0, 1, 1, 2, 3, 3, 4]
    reads, reached, row, column = [1, 9, 1, 16, 16, 1, 9], [1, 9, 9, 64, 64, 64, 64], 5, 2
    for step, (kind, one) in enumerate(zip(kinds, maps, strict=True)):
        show(page, step=step, spot=[(row + 0.5) / 8, (column + 0.5) / 8])
        shown = data(page)
        assert (shown["kind"], shown["reads"], shown["reached"]) == (kind, str(reads[step]), str(reached[step]))
        size = shares(block.size[one])
        if kind not in ("unfold", "attention"):
            painted(page.locator(".heat"), size, opaque=False)
        if kind != "unfold":
            painted(page.locator(".maps canvas").nth(step), size)
        for name, count in (("read", reads), ("reached", reached)):
            lit = dots(page.locator(f".{name} canvas").nth(step))[..., 0] > 200
            assert lit.sum() == count[step] and lit[row, column]
        assert edges(page.locator(".stage .mark")) == pytest.approx(
            [row / 8, column / 8, (row + 1) / 8, (column + 1) / 8]
        )
        edge = [int(bound[one]) + at * 4 for bound in (block.left, block.right) for at in (row, column)]
        whole = block.everywhere[one]
        wanted = [0, 0, 1, 1] if whole else np.clip(edge, 0, 32) / 32
        assert edges(page.locator(".field")) == pytest.approx(wanted, abs=1e-4)
        assert page.locator(".kernel").is_visible() == (kind in ("local", "fusion"))
        expect(page.locator(".heads button").first).to_be_enabled(enabled=kind == "attention")
    show(page, step=2)
    colours = np.array(style.series())[np.arange(64).reshape(8, 8) // 8 % 2 * 2 + np.arange(8) % 2]
    assert np.abs(dots(page.locator(".heat"))[..., :3] - colours).max() <= 4
    mean = trace.pixels.reshape(8, 4, 8, 4, 3).mean((1, 3))
    for place, canvas in enumerate(page.locator(".sets canvas").all()):
        np.testing.assert_allclose(dots(canvas)[..., :3], mean[place // 2 :: 2, place % 2 :: 2], atol=1)


def test_mobile_keeps_the_kind_of_picture_and_the_point_in_another_block(bench):
    page = bench.open("patches/mobile", mobilevit(bench))
    show(page, step=6, spot=[0.9, 0.1])
    page.get_by_role("button", name="2 · 4×4").click()
    assert (data(page)["kind"], data(page)["pixel"], data(page)["step"]) == ("fusion", "12", "7")
    expect(page.locator(".reach-line")).to_contain_text("reads 4 of 16 pixels of the map; after it 16 of the 16")
    expect(page.locator(".place")).to_have_text("block 2 (stage 4): 4×4 pixels")


def test_pair_shows_the_same_spot_at_the_same_depth(bench):
    vit_trace, swin_trace = photo_traces.vit(), photo_traces.swin()
    page = bench.open("patches/pair", pair(bench))
    show(page, step=5, spot=[0.9, 0.1])
    row = vit_trace.attention[2].mean(0)[1 + 12, 1:].reshape(4, 4)
    painted(page.locator(".half.vit .heat"), shares(row), opaque=False)
    block = swin_trace.blocks[5]
    row = block.attention[0, :, 2].mean(0)
    weights = np.zeros(4)
    weights[block.window_token[0]] = row
    painted(page.locator(".half.swin .heat"), shares(weights).reshape(2, 2), opaque=False)
    assert data(page, ".half.vit")["token"] == "12"
    assert data(page, ".half.swin")["token"] == "2"
    assert (data(page, ".half.vit")["visible"], data(page, ".half.swin")["visible"]) == ("16", "4")
    show(page, step=0)
    expect(page.locator(".half .place")).to_have_text(["layer 1 of 3", "block 1 of 6"])
    assert data(page, ".half.swin")["visible"] == "4"
    assert data(page, ".half.swin")["token"] == "56"


def test_the_answer_has_a_bar_as_long_as_each_share(bench):
    page = bench.open("answer", classes(bench))
    answers = classes(bench)["classes"]
    for name in ("label", "percent"):
        expect(page.locator(f".{name}")).to_have_text([one[name] for one in answers])
    for bar, one in zip(page.locator(".bar").all(), answers, strict=True):
        whole, part = bar.bounding_box()["width"], bar.locator("span").bounding_box()["width"]
        assert part / whole == pytest.approx(one["share"], abs=0.01)


def test_charts_are_as_wide_as_their_place_also_after_it_changed(bench):
    page = bench.open("chart", charts(bench))
    widths = "() => [...document.querySelectorAll('.plot')].map((plot) => [plot.clientWidth, plot._fullLayout.width])"
    first = page.evaluate(widths)
    assert first == [[536, 536], [536, 536]]
    page.evaluate("document.getElementById('element').style.width = '640px'")
    page.wait_for_function("document.querySelector('.plot')._fullLayout.width === 640")
    assert page.evaluate(widths) == [[640, 640], [640, 640]]
    drawn = page.evaluate("document.querySelectorAll('.plot')[1]._fullData.map(({ y }) => Array.from(y))")
    trace = photo_traces.vit()
    order = np.argsort(-trace.probability)
    np.testing.assert_allclose(drawn, trace.lens_probability[:, order].T, rtol=1e-6)


def test_a_chart_keeps_its_zoom_and_what_its_legend_hides_when_it_is_drawn_again(bench):
    page = bench.open("chart", charts(bench))
    page.evaluate("window.Plotly.relayout(document.querySelector('.plot'), { 'xaxis.range': [1, 2] })")
    page.locator(".plot + .plot .legendtoggle").first.click()
    page.evaluate("document.getElementById('element').style.width = '1000px'")
    page.wait_for_function("document.querySelector('.plot')._fullLayout.width === 486")
    state = page.evaluate("page.state()")
    assert state == {"hidden": [[], [0]], "zoom": [{"xaxis": [1, 2]}, {}]}
    assert page.evaluate("document.querySelector('.plot')._fullLayout.xaxis.range") == [1, 2]
    assert page.evaluate("document.querySelectorAll('.plot')[1]._fullData[0].visible") == "legendonly"
