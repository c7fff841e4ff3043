"""Decoding's widgets against the trace that they show: attention, grid, tree, race, and what a click asks."""

import json

import numpy as np
import pytest

from lab.style import colour_map
from lab.text import Text
from lab.views.decoding import decode, race

from .decoding_run import PIECE_ID, decoding_trace, race_trace

pytestmark = pytest.mark.browser

TEXT = Text("en")
LOOK = ".look.{} canvas"
PIXELS = """(selector) => {
  const canvas = document.querySelector(selector);
  return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
}"""


@pytest.fixture
def page(bench):
    return bench.open("decoding/decode", value(bench))


def value(bench, forces=(), answer=""):
    return bench.value(*decode.payload(decoding_trace(forces), TEXT), answer=answer)


def data(page, name):
    return page.locator(".lab-widget").get_attribute(f"data-{name}")


def show(page, **state):
    page.evaluate("(state) => page.set(state)", {**page.evaluate("page.state()"), **state})


def seen(page, way):
    """The largest weight on the source as the panel says it: index of the piece, weight."""
    attention = json.loads(data(page, "attention"))[way]
    return attention["best"], attention["share"]


def matrix(page, way, size):
    """Red, green, blue of a panel's square (query, key)."""
    return np.array(page.evaluate(PIXELS, LOOK.format(way))).reshape(size, size, 4)[..., :3]


def painted(rows):
    """The colours of rows of attention: the largest weight of each is brightest."""
    return np.array(colour_map())[np.round(255 * rows / rows.max(-1, keepdims=True)).astype(int)]


def chosen(weights, head):
    """One head or the mean of all (axis 0)."""
    return weights.mean(0) if head == "mean" else weights[head]


@pytest.mark.parametrize("head", [0, 1, "mean"])
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_autoregressive_panel_shows_the_row_layer_and_head_that_predict_a_candidate(page, layer, head):
    search = decoding_trace().search
    for step, candidate, rows in [(0, 1, [0]), (2, 1, [0, 0, 0]), (2, 2, [0, 1, 1]), (4, 1, [0, 0, 0, 0, 1])]:
        node = {"step": step, "candidate": candidate}
        show(page, step=5, node=node, nodePinned=True, layer=layer, head=head)
        cross = chosen(search.steps[step].cross_attention[rows[-1], layer], head)
        best, share = seen(page, "autoregressive")
        assert best == cross.argmax() and share == pytest.approx(cross.max(), abs=0.003)
        square = matrix(page, "autoregressive", len(search.steps))
        for query, row in enumerate(rows):
            weights = chosen(search.steps[query].self_attention[row, layer], head)
            np.testing.assert_allclose(square[query, : query + 1], painted(weights), atol=12)


def test_the_autoregressive_panel_follows_the_row_that_a_candidate_extends(page):
    """Candidates of the last call extend different rows, whose attention differs."""
    weights = decoding_trace().search.steps[4].cross_attention[:, 2].mean(1)
    assert abs(weights[0] - weights[1]).max() > 0.02
    for candidate, row in [(0, 0), (1, 1)]:
        show(page, step=5, node={"step": 4, "candidate": candidate}, nodePinned=True)
        assert seen(page, "autoregressive")[1] == pytest.approx(weights[row].max(), abs=0.003)


@pytest.mark.parametrize("head", [0, 3, "mean"])
@pytest.mark.parametrize("layer", [0, 1])
def test_the_non_autoregressive_panel_shows_the_pass_layer_and_head_of_a_position(page, layer, head):
    refine = decoding_trace().refine
    for number in range(4):
        show(page, step=4, cell={"pass": number, "position": 5}, cellPinned=True, layer=layer, head=head)
        cross = chosen(refine.cross_attention[number, layer], head)[5]
        best, share = seen(page, "non_autoregressive")
        assert best == cross.argmax() and share == pytest.approx(cross.max(), abs=0.003)
        square = matrix(page, "non_autoregressive", 12)
        np.testing.assert_allclose(square, painted(chosen(refine.self_attention[number, layer], head)), atol=12)


def test_the_raw_model_has_its_own_attention_and_another_length_none(page):
    page.locator(".models button").nth(1).click()
    raw = decoding_trace().raw_data_runs[0].cross_attention[0, 1].mean(0)[0]
    page.wait_for_function("document.querySelector('.lab-widget').dataset.length === '11'")
    assert seen(page, "non_autoregressive")[1] == pytest.approx(raw.max(), abs=0.003)
    page.locator(".lengths button").nth(2).click()
    page.wait_for_function("document.querySelector('.lab-widget').dataset.length === '13'")
    assert json.loads(data(page, "attention"))["non_autoregressive"] == {}
    assert "another length" in page.locator(".look.non_autoregressive .largest").inner_text()


def test_a_weight_under_the_pointer_is_named_and_the_future_is_masked(page):
    show(page, step=5, pointed={"autoregressive": [1, 3], "non_autoregressive": [2, 4]})
    assert "may not see column 4" in page.locator(".look.autoregressive .weight").inner_text()
    weight = decoding_trace().refine.self_attention[3, 1].mean(0)[2, 4]
    assert json.loads(data(page, "attention"))["non_autoregressive"]["weight"] == pytest.approx(weight, abs=0.003)
    assert "Row 3" in page.locator(".look.non_autoregressive .weight").inner_text()


def test_tree_and_grid_step_on_one_clock_and_show_the_trace(page):
    search, best = decoding_trace().search, decoding_trace().refine.winner
    for step in range(5, -1, -1):
        show(page, step=step)
        assert data(page, "search") == str(step) and data(page, "pass") == str(min(step, 4))
        drawn = page.eval_on_selector_all(".node:not(.later)", "nodes => nodes.map((node) => node.dataset.at)")
        assert len(drawn) == 4 * step
        if step:
            running = page.eval_on_selector_all(
                ".node.kept:not(.later)", "nodes => nodes.map((node) => node.dataset.at)"
            )
            kept = [f"{step - 1}:{candidate}" for candidate in search.steps[step - 1].kept]
            assert [at for at in running if at.startswith(f"{step - 1}:")] == kept
        if 0 < step < 5:
            assert int(data(page, "masked")) == best.masked[step - 1].sum()
            assert int(data(page, "repeats")) == (best.token[step - 1][1:] == best.token[step - 1][:-1]).sum()


def test_the_speed_is_the_pace_of_the_clock(page):
    page.evaluate("window.paces = []; setInterval = (act, pace) => pace > 400 && window.paces.push(pace)")
    for button, speed in enumerate(["0.5", "1", "2"]):
        page.locator(".speeds button").nth(button).click()
        page.wait_for_function("(speed) => document.querySelector('.lab-widget').dataset.speed === speed", arg=speed)
        page.keyboard.press("Space")
        page.keyboard.press("Space")
    assert page.evaluate("window.paces") == [1800, 900, 450]


def test_the_grid_opens_at_its_first_column_and_follows_what_is_stepped(bench):
    page = bench.open("decoding/decode", value(bench))
    page.evaluate("document.getElementById('element').style.width = '600px'")
    scrolled = "document.querySelector('.grid').scrollLeft"
    page.evaluate("(value) => page.send(value)", value(bench, answer="2"))
    assert page.evaluate(
        "document.querySelector('.grid').scrollWidth > document.querySelector('.grid').clientWidth + 40"
    )
    assert data(page, "step") == "1" and data(page, "repeats") == "1"
    assert page.evaluate(scrolled) == 0
    show(page, step=3)
    assert page.evaluate(scrolled) > 40
    inside = """() => {
      const edges = (name) => document.querySelector(name).getBoundingClientRect();
      const [cell, box] = [edges("[data-at='2:11']"), edges(".grid")];
      return cell.left > box.left && cell.right < box.right;
    }"""
    assert page.evaluate(inside)
    page.locator(".lengths button").nth(1).click()
    page.wait_for_function("document.querySelector('.lab-widget').dataset.length === '11'")
    assert page.evaluate(scrolled) == 0
    show(page, step=1)
    assert page.evaluate(scrolled) == 0
    page.evaluate("(value) => page.send(value)", value(bench, ((1, 0, int(PIECE_ID[2])),)))
    assert data(page, "step") == "5" and page.evaluate(scrolled) == 0


def test_a_discarded_token_is_forced_with_those_forced_before_it_and_released(bench):
    first = (1, 0, int(PIECE_ID[2]))
    page = bench.open("decoding/decode", value(bench, (first,), answer="7"))
    assert page.locator(".node.forced").get_attribute("data-at") == "1:0"
    assert "You forced ·Hund at call 2." in page.locator(".force-line").inner_text()
    discarded = page.locator(".node.outranked[data-at='2:3']")
    discarded.click()
    assert data(page, "fate") == "outranked" and data(page, "node") == "2:3"
    page.locator(".press").click()
    page.wait_for_function("page.asked.length === 1")
    second = [2, 1, int(PIECE_ID[5])]
    asked = {"action": "force", "values": {"forces": [list(first), second]}, "answer": "7", "count": 1}
    assert page.evaluate("page.asked[0][1]") == asked
    assert page.locator(".press").is_disabled() and page.locator(".release").is_disabled()
    page.evaluate("page.unanswered('decoding')")
    page.locator(".release").click()
    page.wait_for_function("page.asked.length === 2")
    assert page.evaluate("page.asked[1][1].values") == {"forces": []}
    show(page, step=2)
    page.evaluate("(value) => page.send(value)", value(bench, answer="8"))
    assert data(page, "forces") == "[]" and data(page, "step") == "2"
    assert page.locator(".release").is_hidden()


def test_a_forced_run_opens_at_its_end_and_keeps_what_the_force_does_not_touch(page, bench):
    show(page, step=2, cell={"pass": 1, "position": 6}, cellPinned=True, model=1, length=0, layer=0, head=1, speed=2)
    page.evaluate("(value) => page.send(value)", value(bench, ((1, 0, int(PIECE_ID[2])),)))
    state = page.evaluate("page.state()")
    assert state["step"] == 5 and state["node"] is None
    assert state["cell"] == {"pass": 1, "position": 6} and (state["model"], state["length"]) == (1, 0)
    assert (state["layer"], state["head"], state["speed"]) == (0, 1, 2)


@pytest.mark.parametrize("fault", ["force", "piece"])
def test_an_id_without_a_piece_leaves_all_of_the_old_run(page, bench, fault):
    before = page.evaluate("page.picture()")
    bad = value(bench, answer="2")
    if fault == "force":
        bad["forces"] = [[1, 0, 99_999]]
    else:
        bad["search"]["piece"][4] = None
    page.evaluate("(value) => page.send(value)", bad)
    assert page.locator(".trouble").inner_text() == Text("en")("widget.shared.failed")
    after = page.evaluate("page.picture()")
    after["markup"] = after["markup"].replace(page.locator(".trouble").evaluate("(node) => node.outerHTML"), "")
    assert {**after, "data": None} == {**before, "data": None}
    assert {name: after["data"][name] for name in ("best", "forces", "node")} == {
        name: before["data"][name] for name in ("best", "forces", "node")
    }


def test_the_pool_the_grid_and_the_headings_are_what_they_seem(page):
    assert page.locator("h2").count() == 3 and page.locator("h1, h4").count() == 0
    assert page.locator(".grid caption").text_content()
    assert page.locator(".grid th:not([scope])").count() == 0
    bare = "list => [...list.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).length"
    for step, entries in [(1, 0), (3, 1), (5, 2)]:
        show(page, step=step)
        assert page.eval_on_selector(".pool ol", bare) == 0
        assert page.locator(".pool li").count() == entries
        assert page.locator(".pool-empty").is_visible() == (entries == 0)


def test_discarded_tokens_and_cells_are_at_least_24_pixels_high(page):
    show(page, step=5)
    heights = page.eval_on_selector_all(
        ".node, .grid button", "nodes => nodes.map((node) => node.getBoundingClientRect().height)"
    )
    assert len(heights) > 60 and min(heights) >= 24


def test_lanes_of_the_race_are_as_long_as_their_times_and_filled_by_call(bench):
    page = bench.open("decoding/race", bench.value(*race.payload(race_trace(), TEXT)))
    measure = "nodes => nodes.map((node) => node.getBoundingClientRect().width)"
    slow, fast = page.eval_on_selector_all(".track", measure)
    assert fast / slow == pytest.approx(0.02 / 0.08, abs=0.01)
    for step in (5, 4, 2, 0):
        show(page, step=step)
        for way, calls in [("autoregressive", 5), ("non_autoregressive", 4)]:
            assert page.locator(f".{way} .track span").count() == calls
            assert page.locator(f".{way} .track .done").count() == min(step, calls)
            assert f"{min(step, calls)} of {calls}" in page.locator(f".{way} output").inner_text()
    ends = page.locator(".axis span").all_inner_texts()
    assert ends[0] == "0" and ends[-1] == "80 ms"


def test_the_race_tells_milliseconds_a_sentence_in_batches(bench):
    page = bench.open("decoding/race", bench.value(*race.payload(race_trace(), TEXT)))
    rows = [row.split("\t") for row in page.locator(".batch tr").all_inner_texts()]
    assert rows[0] == ["copies (CPU × 2)", "1", "8", "32"]
    assert rows[1] == ["Autoregressive", "40.0", "10.0", "not measured: too slow, or it failed"]
    assert rows[2] == ["Non-autoregressive", "20.0", "20.0", "10.0"]
