"""What core does for every widget: state, drawing, keys, failures, questions and their answers, width and theme."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.text import Text
from lab.widget import words

pytestmark = pytest.mark.browser

NAME = "made/counter"
TEXT = words(NAME, Text("en"))


@pytest.fixture
def page(bench):
    return bench.open(NAME, {"count": 5, "answer": "first"}, text=TEXT)


def data(page):
    return page.evaluate("page.picture()")["data"]


def line(page):
    page.evaluate("page.settled()")
    return page.locator(".line").inner_text()


def trouble(page):
    page.evaluate("page.settled()")
    return page.locator(".trouble").all_inner_texts()


def send(page, value):
    page.evaluate("(value) => page.send(value)", value)


def test_the_state_and_what_a_drawing_returns_become_data(page):
    shown = data(page)
    assert shown["step"] == "0"
    assert shown["other"] == '{"deep":[1,2]}'
    assert shown["bad"] == "no"
    assert shown["double"] == "0"


def test_many_changes_in_a_frame_are_drawn_once_and_equal_ones_not_at_all(page):
    before = int(data(page)["drawn"])
    page.evaluate("""() => {
        const range = document.querySelector(".steps input");
        for (const step of [1, 2, 3]) {
            range.value = step;
            range.dispatchEvent(new Event("input"));
        }
    }""")
    assert data(page)["step"] == "3"
    assert int(data(page)["drawn"]) == before + 1
    page.evaluate("document.querySelector('.steps input').dispatchEvent(new Event('input'))")
    assert int(data(page)["drawn"]) == before + 1


def test_keys_go_to_the_widget_under_the_pointer_but_not_while_typing(page):
    page.keyboard.press("]")
    assert data(page)["step"] == "0"
    page.locator(".line").hover()
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("[")
    assert data(page)["step"] == "1"
    page.keyboard.press("ArrowDown")
    assert data(page)["step"] == "2"
    page.locator(".typed").click()
    page.keyboard.press("]")
    assert data(page)["step"] == "2"
    assert page.locator(".typed").input_value() == "]"


def test_space_plays_after_a_click_and_presses_the_focused_button_after_tab(page):
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Step forward").click()
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.lab-widget').dataset.step === '4'")
    assert data(page)["step"] == "4"
    page.locator(".typed").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.evaluate("page.asked.length") == 1


def test_a_new_run_keeps_what_still_fits(page):
    page.evaluate("page.set({step: 4, other: {deep: []}, bad: false})")
    send(page, {"count": 3, "answer": "second"})
    assert line(page) == "step 2 of 3"
    assert data(page)["other"] == '{"deep":[]}'


def test_the_same_answer_sent_again_is_not_drawn_again_and_the_newest_of_two_wins(bench, page):
    before = int(data(page)["drawn"])
    send(page, {"count": 5, "answer": "first"})
    assert int(data(page)["drawn"]) == before
    old, new = (bench.value({"count": count}, {"a": np.zeros(3, np.uint8)}) for count in (7, 8))
    page.evaluate("(values) => Promise.all(values.map((value) => page.send(value)))", [old, new])
    page.wait_for_function("document.querySelector('.line').textContent === 'step 0 of 8'")
    assert int(data(page)["drawn"]) == before + 1


def test_a_state_from_elsewhere_is_completed_and_fitted(page):
    page.evaluate("page.set({step: 99})")
    assert page.evaluate("page.state()") == {"step": 4, "other": {"deep": [1, 2]}, "bad": False}


@pytest.mark.parametrize("place", ["keep", "draw"])
def test_a_run_that_fails_leaves_one_sentence_and_the_old_run_with_its_state(page, place):
    page.evaluate("page.set({step: 3})")
    before = page.evaluate("page.picture()")
    for _ in range(2):
        send(page, {"count": 2, "answer": "bad", "fails": place})
        assert trouble(page) == [TEXT["failed"]]
        assert line(page) == "step 3 of 5"
        after = page.evaluate("page.picture()")
        assert after["data"] == before["data"]
        assert after["reading"] == "Step 3 of 5."
    send(page, {"count": 4, "answer": "good"})
    assert trouble(page) == []
    assert line(page) == "step 3 of 4"


def test_a_drawing_that_fails_later_leaves_the_old_run(bench):
    page = bench.open(NAME, {"count": 5, "slow": True}, text=TEXT)
    assert data(page)["drawn"] == "1"
    send(page, {"count": 2, "slow": True, "fails": "later"})
    assert trouble(page) == [TEXT["failed"]]
    assert line(page) == "step 0 of 5"


def test_a_state_that_cannot_be_drawn_is_taken_back(page):
    page.locator(".line").hover()
    page.keyboard.press("]")
    assert data(page)["step"] == "1"
    page.keyboard.press("Enter")
    assert data(page)["bad"] == "no"
    assert line(page) == "step 1 of 5"
    assert trouble(page) == [TEXT["failed"]]
    page.keyboard.press("]")
    assert trouble(page) == []
    assert line(page) == "step 2 of 5"


def test_a_state_from_elsewhere_that_cannot_be_drawn_is_told_as_the_links(page):
    page.evaluate("page.set({step: 2})")
    page.evaluate("page.set({step: 3, bad: true})")
    assert trouble(page) == [TEXT["unfit"]]
    assert line(page) == "step 2 of 5"
    page.evaluate("page.set({step: 4})")
    assert trouble(page) == []
    assert line(page) == "step 4 of 5"


@pytest.mark.parametrize("place", ["first", "draw"])
def test_a_first_run_that_fails_shows_the_sentence_alone_and_a_good_one_follows(bench, place):
    page = bench.open(NAME, {"count": 5, "fails": place}, text=TEXT)
    assert trouble(page) == [TEXT["broken"]]
    expect(page.locator(".line")).to_be_hidden()
    send(page, {"count": 3})
    assert trouble(page) == []
    assert line(page) == "step 0 of 3"


def test_a_widget_that_cannot_be_built_shows_the_sentence_alone(bench):
    page = bench.open("made/unbuilt", {"count": 5}, text=TEXT)
    assert trouble(page) == [TEXT["broken"]]
    expect(page.locator(".line")).to_be_hidden()


def test_a_reading_that_fails_is_silent(page):
    send(page, {"count": 3, "fails": "read"})
    assert trouble(page) == []
    assert page.evaluate("page.picture()")["reading"] == ""


def test_a_file_that_is_gone_gives_a_sentence_and_keeps_what_is_shown(bench, page):
    gone = {**bench.value({"count": 9}, {"a": np.zeros(3, np.uint8)}), "file": "/file/gone.bin.gz"}
    send(page, gone)
    page.wait_for_selector(".trouble")
    assert trouble(page) == [TEXT["gone"]]
    assert line(page) == "step 0 of 5"
    send(page, {"count": 3})
    assert trouble(page) == []


def test_a_question_names_the_action_the_answer_and_its_number_and_is_pending_until_answered(page):
    page.locator(".ask").click()
    page.locator(".ask").click()
    question = {"action": "more", "values": {"step": 1}, "answer": "first"}
    assert page.evaluate("page.asked") == [["act", {**question, "count": 1}], ["act", {**question, "count": 2}]]
    assert data(page)["pending"] == "asked"
    assert "pending" not in page.evaluate("page.state()")
    send(page, {"count": 5, "answer": "second"})
    assert data(page)["pending"] == "no"


def test_a_run_without_a_trace_ends_the_waiting_of_its_own_exhibit_only(page):
    page.locator(".ask").click()
    page.evaluate("page.unanswered('decoding')")
    assert data(page)["pending"] == "asked"
    page.evaluate("page.unanswered('made')")
    assert data(page)["pending"] == "no"


def test_another_width_another_theme_and_a_tab_that_opens_draw_again(page):
    before = int(data(page)["drawn"])
    page.evaluate("document.getElementById('element').style.width = '700px'")
    page.wait_for_function(f"Number(document.querySelector('.lab-widget').dataset.drawn) === {before + 1}")
    page.keyboard.press("t")
    page.wait_for_function(f"Number(document.querySelector('.lab-widget').dataset.drawn) === {before + 2}")
    assert page.evaluate("document.body.className") == "dark"
    page.evaluate("document.getElementById('element').style.display = 'none'")
    page.evaluate("page.picture()")
    page.evaluate("document.getElementById('element').style.display = ''")
    page.wait_for_function(f"Number(document.querySelector('.lab-widget').dataset.drawn) === {before + 3}")


def test_canvases_are_named_or_silent(page):
    named, silent = page.locator("canvas").all()
    assert (named.get_attribute("role"), named.get_attribute("aria-label")) == ("img", TEXT["patch"])
    assert silent.get_attribute("aria-hidden") == "true"


def test_every_dtype_that_python_sends_can_be_read(bench, page):
    arrays = {
        dtype: np.array([1, 2], dtype)
        for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
    }
    read = page.evaluate(
        """async (value) => {
            const { loadAll } = await import("/assets/widgets/core/arrays.js");
            const { arrays } = await loadAll(value);
            return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, [...array, array.shape]]));
        }""",
        bench.value({}, arrays),
    )
    assert read == {dtype: [1, 2, [2]] for dtype in arrays}
