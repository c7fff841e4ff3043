"""A graph that a visitor cuts, in a real Chromium: the edges that are drawn are those of the trace."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.graph import EXHIBIT
from lab.text import Text
from models.traces import GraphTrace, PaperTrace

from .visitor import asking_nobody, controls, measured, open_exhibit, open_tab, saved_trace, status, trouble

pytestmark = pytest.mark.browser
ENGLISH = Text("en")
HALVES = """halves => halves.map(half => [half.dataset.source, half.dataset.target, half.getAttribute("stroke-width")]
    .map(Number))"""
LOOPS = "loops => loops.map(loop => Number(loop.getAttribute('stroke-width')))"


@pytest.fixture
def widget(page):
    """The graph, drawn."""
    open_exhibit(page, ENGLISH("graph.tab"))
    found = page.locator(".lab-widget[data-of='graph/graph']")
    expect(found).to_have_attribute("data-edges", "78")
    return found


def edges_are(widget, trace, channel):
    """That every half of an edge, and every loop, is as thick as the trace's weight says."""
    expected = {
        (int(source), int(target)): 0.6 + 13 * float(np.nan_to_num(weight))
        for source, target, weight in zip(trace.source, trace.target, trace.weight[channel], strict=True)
    }
    drawn = {(int(source), int(target)): wide for source, target, wide in widget.locator(".half").evaluate_all(HALVES)}
    loops = widget.locator(".loop").evaluate_all(LOOPS)
    drawn |= {(node, node): wide for node, wide in enumerate(loops)}
    assert drawn.keys() == expected.keys()
    np.testing.assert_allclose([drawn[pair] for pair in expected], list(expected.values()), atol=0.006)


def test_edges_are_as_thick_as_the_attention_of_every_head(page, widget):
    trace = saved_trace(EXHIBIT, "graph", GraphTrace)
    with asking_nobody(page):
        for channel, (layer, head) in enumerate(zip(trace.channel_layer, trace.channel_head, strict=True)):
            widget.locator(".layers button").nth(layer).click()
            widget.locator(".heads button").nth(head).click()
            expect(widget).to_have_attribute("data-head", str(head))
            expect(widget).to_have_attribute("data-layer", str(layer))
            edges_are(widget, trace, channel)


def test_a_cut_edge_and_an_added_one_change_what_the_trace_says_they_do(page, widget):
    node, other = (int(widget.get_attribute(f"data-{name}") or 0) for name in ("node", "other"))
    pair = (min(node, other), max(node, other))
    widget.locator(".toggle").click()
    expect(widget).to_have_attribute("data-edges", "77", timeout=60_000)
    expect(widget.locator(".toggle")).to_have_text(f"Add {node + 1} – {other + 1}")
    cut = measured(EXHIBIT, "graph", GraphTrace, changes=(pair,))
    assert cut.cut == (pair,)
    edges_are(widget, cut, 0)
    assert float(widget.get_attribute("data-moved-most") or 0) == pytest.approx(
        float(np.abs(cut.probability - cut.whole).max()), abs=1e-4
    )
    widget.focus()
    page.keyboard.press("ArrowRight")
    while json.loads(widget.get_attribute("data-other") or "0") != 16:
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(50)
    page.keyboard.press("Enter")
    expect(widget).to_have_attribute("data-edges", "78", timeout=60_000)
    edges_are(widget, measured(EXHIBIT, "graph", GraphTrace, changes=(pair, (node + 1, 16))), 0)
    widget.locator(".restore").click()
    expect(widget.locator(".dashes.added")).to_have_count(0, timeout=60_000)
    edges_are(widget, saved_trace(EXHIBIT, "graph", GraphTrace), 0)


def test_a_paper_is_said_anew_once_an_edge_is_cut_and_another_paper_has_all_its_edges(page, widget):
    open_tab(page, ENGLISH("graph.view.paper.tab"))
    shown = page.locator(".lab-widget[data-of='graph/paper']")
    whole = saved_trace(EXHIBIT, "paper", PaperTrace)
    expect(shown).to_have_attribute("data-edges", str(len(whole.pair)))
    edges_are(shown, whole, 0)
    pair = whole.pair[0]
    shown.locator(f".hit[data-pair='{pair[0]}-{pair[1]}']").dispatch_event("click")
    expect(shown).to_have_attribute("data-edges", str(len(whole.pair) - 1), timeout=60_000)
    cut = measured(EXHIBIT, "paper", PaperTrace, cuts=(pair,))
    assert float(shown.get_attribute("data-probability") or 0) == pytest.approx(cut.probability.max(), abs=1e-4)
    edges_are(shown, cut, 0)
    controls(page).get_by_label("1834", exact=True).check()
    controls(page).get_by_role("button", name=ENGLISH("graph.run"), exact=True).click()
    other = measured(EXHIBIT, "paper", PaperTrace, paper=1834)
    expect(shown).to_have_attribute("data-edges", str(len(other.pair)), timeout=60_000)
    edges_are(shown, other, 0)


def test_a_node_that_is_dragged_takes_its_edges_along_and_asks_nobody(page, widget):
    with asking_nobody(page):
        box = widget.locator(".node[data-at='11']").bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 80, box["y"] - 60, steps=4)
        page.mouse.up()
        moved = json.loads(widget.get_attribute("data-moved") or "{}")
        assert list(moved) == ["11"]
        after = widget.locator(".node[data-at='11']").bounding_box()
        assert after and abs(after["x"] + after["width"] / 2 - box["x"] - 80) < 3
        half = widget.locator(".half[data-target='11']").first
        place = widget.locator(".node[data-at='11']").get_attribute("transform") or ""
        assert place == f"translate({half.get_attribute('x2')},{half.get_attribute('y2')})"


def test_ones_own_graph_with_names_of_all_kinds_and_a_line_that_is_none(page, widget):
    edges = controls(page).get_by_label(ENGLISH("graph.input.edges"))
    run = controls(page).get_by_role("button", name=ENGLISH("graph.run"), exact=True)
    edges.fill("小丽, <i>Ben</i>\n<i>Ben</i>, C\nC, D\n小丽: <b>red</b>\nD: blue")
    expect(controls(page).get_by_label(ENGLISH("graph.choice.graph.own"))).to_be_checked()
    run.click()
    expect(widget).to_have_attribute("data-edges", "3", timeout=60_000)
    assert widget.locator(".node title").all_text_contents() == ["小丽", "<i>Ben</i>", "C", "D"]
    expect(widget.locator(".legend")).to_contain_text("<b>red</b>")
    expect(status(page)).to_contain_text("Took")
    edges.fill("A, B\nthis is no edge")
    run.click()
    expect(trouble(page)).to_contain_text("Line 2 of your graph, “this is no edge”")


def test_a_file_is_read_in_the_browser_and_what_is_no_text_is_said(page, widget, tmp_path):
    table = "source,target\r\n小安,<b>小本</b>\r\n<b>小本</b>,C\r\nnode,class\r\n小安,红\r\nC,蓝\r\n"
    choose, said = (controls(page).locator(f".lab-file {part}") for part in ("input", "[role=status]"))
    for name, held, sentence in (
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", ENGLISH("input.file.unreadable", name="picture.csv")),
        ("large.csv", b"a,b\n" * 100_001, ENGLISH("input.file.long", name="large.csv", maximum="100,000")),
        ("friends.csv", table.encode("gb18030"), ENGLISH("input.file.filled", name="friends.csv")),
    ):
        (tmp_path / name).write_bytes(held)
        page.requests.clear()
        choose.set_input_files(tmp_path / name)
        expect(said).to_have_text(sentence)
        assert not any("upload" in request for request in page.requests)
    expect(controls(page).get_by_label(ENGLISH("graph.choice.graph.own"))).to_be_checked()
    controls(page).get_by_role("button", name=ENGLISH("graph.run"), exact=True).click()
    expect(widget).to_have_attribute("data-edges", "2", timeout=60_000)
    assert widget.locator(".node title").all_text_contents() == ["小安", "<b>小本</b>", "C"]
