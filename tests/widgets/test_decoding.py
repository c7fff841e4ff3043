"""Decoding's widgets against the trace that they show: grid, tree, distributions, race, and what a click asks."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.text import Text
from lab.views.decoding import race, run, sampling

from .decoding_run import PIECE, PIECE_ID, decoding_trace, race_trace
from .drawn import data, send, show

pytestmark = pytest.mark.browser

TEXT = Text("en")


@pytest.fixture
def page(bench):
    return bench.open("decoding/decode", value(bench))


def value(bench, forces=(), answer=""):
    return bench.value(*run.payload(decoding_trace(forces), TEXT), answer=answer)


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
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate("window.paces = []; setInterval = (act, pace) => pace > 400 && window.paces.push(pace)")
    for button, speed in enumerate(["0.5", "1", "2"]):
        page.locator(".speeds button").nth(button).click()
        page.wait_for_function("(speed) => document.querySelector('.lab-widget').dataset.speed === speed", arg=speed)
        page.keyboard.press("Space")
        page.keyboard.press("Space")
    assert page.evaluate("window.paces") == [1800, 900, 450]


def test_the_grid_opens_at_its_first_column_and_follows_what_is_stepped(bench):
    page = bench.open("decoding/refinement", value(bench))
    assert page.evaluate("document.querySelector('.grid').scrollWidth <= document.querySelector('.grid').clientWidth")
    page.evaluate("document.getElementById('element').style.width = '440px'")
    scrolled = "document.querySelector('.grid').scrollLeft"
    send(page, value(bench, answer="2"))
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


def test_a_discarded_token_is_forced_with_those_forced_before_it_and_released(bench):
    first = (1, 0, int(PIECE_ID[2]))
    page = bench.open("decoding/search", value(bench, (first,), answer="7"))
    assert page.locator(".node.forced").get_attribute("data-at") == "1:0"
    expect(page.locator(".force-line")).to_contain_text("You forced ·Hund at call 2.")
    discarded = page.locator(".node.outranked[data-at='2:3']")
    discarded.click()
    assert data(page, "fate") == "outranked" and data(page, "node") == "2:3"
    page.locator(".press").click()
    page.wait_for_function("page.asked.length === 1")
    second = [2, 1, int(PIECE_ID[5])]
    asked = {"action": "force", "values": {"forces": [list(first), second]}, "answer": "7", "count": 1}
    assert page.evaluate("page.asked[0][1]") == asked
    expect(page.locator(".press")).to_be_disabled()
    expect(page.locator(".release")).to_be_disabled()
    page.evaluate("page.unanswered('decoding')")
    page.locator(".release").click()
    page.wait_for_function("page.asked.length === 2")
    assert page.evaluate("page.asked[1][1].values") == {"forces": []}
    show(page, step=2)
    send(page, value(bench, answer="8"))
    assert data(page, "forces") == "[]" and data(page, "step") == "2"
    expect(page.locator(".release")).to_be_hidden()


def test_a_forced_run_opens_at_its_end_and_keeps_what_the_force_does_not_touch(bench):
    forced = value(bench, ((1, 0, int(PIECE_ID[2])),))
    page = bench.open("decoding/decode", value(bench))
    show(page, step=2, cell={"pass": 1, "position": 6}, cellPinned=True, speed=2)
    send(page, forced)
    state = page.evaluate("page.state()")
    assert state["step"] == 5 and state["node"] is None and state["speed"] == 2
    assert state["cell"] == {"pass": 1, "position": 6}
    for view, chosen in [
        ("refinement", {"step": 2, "model": 1, "length": 0}),
        ("repeats", {"step": 2, "model": 1, "pair": 3}),
    ]:
        page = bench.open(f"decoding/{view}", value(bench))
        show(page, **chosen)
        send(page, forced)
        state = page.evaluate("page.state()")
        assert {name: state[name] for name in chosen} == chosen, view


@pytest.mark.parametrize("fault", ["force", "piece"])
def test_an_id_without_a_piece_leaves_all_of_the_old_run(bench, fault):
    page = bench.open("decoding/search", value(bench))
    before = page.evaluate("page.picture()")
    bad = value(bench, answer="2")
    if fault == "force":
        bad["forces"] = [[1, 0, 99_999]]
    else:
        bad["search"]["piece"][4] = None
    page.evaluate("(value) => page.send(value)", bad)
    expect(page.locator(".trouble")).to_have_text(Text("en")("widget.shared.failed"))
    after = page.evaluate("page.picture()")
    after["markup"] = after["markup"].replace(page.locator(".trouble").evaluate("(node) => node.outerHTML"), "")
    assert {**after, "data": None} == {**before, "data": None}
    assert {name: after["data"][name] for name in ("best", "forces", "node")} == {
        name: before["data"][name] for name in ("best", "forces", "node")
    }


def test_the_pool_the_grid_and_the_headings_are_what_they_seem(page, bench):
    expect(page.locator("h2")).to_have_count(2)
    expect(page.locator("h1, h4")).to_have_count(0)
    assert page.locator(".grid caption").text_content()
    expect(page.locator(".grid th:not([scope])")).to_have_count(0)
    page = bench.open("decoding/search", value(bench))
    bare = "list => [...list.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).length"
    for step, entries in [(1, 0), (3, 1), (5, 2)]:
        show(page, step=step)
        assert page.eval_on_selector(".pool ol", bare) == 0
        expect(page.locator(".pool li")).to_have_count(entries)
        expect(page.locator(".pool-empty")).to_be_visible(visible=entries == 0)


def test_every_candidate_of_a_call_is_told_with_its_reason(bench):
    page = bench.open("decoding/search", value(bench))
    show(page, step=2)
    told = page.locator(".fates li").all_inner_texts()
    assert told == [
        f"·Hund ·rennt {TEXT('decoding.widget.shared.fate_kept')}",
        f"·rennt {TEXT('decoding.widget.shared.fate_outranked')}",
        f"■ end {TEXT('decoding.widget.shared.fate_ended_outside_beam')}",
    ]
    discarded = page.locator(".node.ended_outside_beam[data-at='1:3']")
    assert discarded.get_attribute("title") == TEXT("decoding.widget.shared.fate_ended_outside_beam")


OUTCOMES = {
    "decode": [".output .now", ".node:not(.later)", "tr.pass:not(.later) .cell"],
    "search": [".output .now", ".node:not(.later)", ".pool li", ".fates li"],
    "refinement": [".output .now", "tr.pass:not(.later) .cell", ".lengths button"],
    "repeats": [".tokens button", ".bars li"],
    "attention": [".rows span"],
    "sampling": [".token-bars li", ".score-line", ".ranking li"],
}
SEEN = """(selectors) => selectors.flatMap((selector) => [...document.querySelectorAll(selector)])
  .filter((node) => node.checkVisibility({visibilityProperty: true})).map((node) => node.textContent)"""


@pytest.mark.parametrize("view", OUTCOMES)
def test_step_0_shows_no_outcome(bench, view):
    made = bench.value(*sampling.payload(decoding_trace(), TEXT)) if view == "sampling" else value(bench)
    page = bench.open(f"decoding/{view}", made)
    show(page, step=5)
    assert page.evaluate(SEEN, OUTCOMES[view])
    show(page, step=0)
    seen = "".join(page.evaluate(SEEN, OUTCOMES[view]))
    assert "★" not in seen and not any(word in seen for word in ("ein", "Hund", "läuft", "Feld"))


def test_the_bars_of_two_neighbours_are_those_of_their_passes(bench):
    """Positions 10 and 11 of twelve repeat from the first pass on; the third predicts position 11 anew."""
    candidate = decoding_trace().refine.winner
    page = bench.open("decoding/repeats", value(bench))
    assert data(page, "pair") == "10" and data(page, "pass") == "4"
    for name, row in [("before", 0), ("after", 3)]:
        told = json.loads(data(page, name))
        assert told["overlap"] == pytest.approx(candidate.overlap[row, 10], abs=1e-6)
        shares = {piece: (first, second) for piece, first, second in told["tokens"]}
        since = 0 if row == 0 else 2
        piece = dict(zip(PIECE_ID.tolist(), PIECE, strict=True))[int(candidate.token[row, 10])]
        assert shares[piece][1] == pytest.approx(candidate.alternative_probability[since, 10, 0], abs=1e-6)
    expect(page.locator(".line.first .repeat")).to_have_count(1)
    expect(page.locator(".line.now .repeat")).to_have_count(1)
    expect(page.locator(".story")).to_contain_text("After pass 4 they still say the same.")
    page.locator(".line.now button").nth(3).click()
    page.wait_for_function("document.querySelector('.lab-widget').dataset.pair === '3'")
    expect(page.locator(".story")).to_contain_text("nothing is repeated")


def test_sliders_reshape_the_bars_without_asking(bench):
    page = bench.open("decoding/sampling", bench.value(*sampling.payload(decoding_trace(), TEXT)))
    own = np.exp(decoding_trace().search.next_tokens.log_prob.astype(float))
    show(page, step=2)
    np.testing.assert_allclose(json.loads(data(page, "shares")), own[1], atol=1e-6)
    page.locator(".top_k input").fill("3")
    page.wait_for_function("document.querySelector('.lab-widget').dataset.kept === '3'")
    np.testing.assert_allclose(json.loads(data(page, "shares")), own[1, :3] / own[1, :3].sum(), atol=1e-6)
    expect(page.locator(".token-bars li.cut")).to_have_count(9)
    expect(page.locator(".token-bars li").nth(3)).to_contain_text("cut by top-k")
    page.locator(".temperature input").fill("0.5")
    page.wait_for_function("document.querySelector('.lab-widget').dataset.temperature === '0.5'")
    squared = own[1, :3] ** 2
    np.testing.assert_allclose(json.loads(data(page, "shares")), squared / squared.sum(), atol=1e-6)
    page.locator(".beam_width input").fill("5")
    page.wait_for_function("document.querySelectorAll('.token-bars li.beam').length === 5")
    page.locator(".reset").click()
    page.wait_for_function("document.querySelector('.lab-widget').dataset.kept === '12'")
    assert page.evaluate("page.asked.length") == 0


def test_the_length_penalty_ranks_the_finished_hypotheses(bench):
    search = decoding_trace().search
    page = bench.open("decoding/sampling", bench.value(*sampling.payload(decoding_trace(), TEXT)))
    sums = [search.steps[end.step].score[end.candidate] for end in search.finished]
    for penalty in (-1, 0, 1, 2):
        show(page, length_penalty=penalty)
        scores = [total / len(end.token) ** penalty for total, end in zip(sums, search.finished, strict=True)]
        assert json.loads(data(page, "ranking")) == np.argsort(scores)[::-1].tolist()
    expect(page.locator(".score-line")).to_have_count(3)
    expect(page.locator(".crossing")).to_have_count(2)


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
            expect(page.locator(f".{way} .track span")).to_have_count(calls)
            expect(page.locator(f".{way} .track .done")).to_have_count(min(step, calls))
            expect(page.locator(f".{way} output")).to_contain_text(f"{min(step, calls)} of {calls}")
    ends = page.locator(".axis span").all_inner_texts()
    assert ends[0] == "0" and ends[-1] == "80 ms"


def test_the_race_tells_milliseconds_a_sentence_in_batches(bench):
    page = bench.open("decoding/race", bench.value(*race.payload(race_trace(), TEXT)))
    rows = [row.split("\t") for row in page.locator(".batch tr").all_inner_texts()]
    assert rows[0] == ["copies (CPU × 2)", "1", "8", "32"]
    assert rows[1] == ["Autoregressive", "40.0", "10.0", "not measured: too slow, or it failed"]
    assert rows[2] == ["Non-autoregressive", "20.0", "20.0", "10.0"]
