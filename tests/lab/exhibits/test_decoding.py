"""A visitor's sentence in a real Chromium: what is drawn equals the trace, and stepping asks nobody."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibit import saved_run
from lab.exhibits.decoding import EXHIBIT, FIRST, run
from lab.sentences import SENTENCES, examples, reference
from models.traces import DecodingTrace

SENTENCE = "Two men are cooking outside."


@pytest.fixture
def page(page):
    """The page with the exhibit open."""
    page.get_by_role("tab", name="Decoding").click()
    expect(page.locator(".decoding[data-step]")).to_be_visible()
    return page


def translate(page, sentence):
    before = page.locator(".decoding").get_attribute("data-file")
    page.get_by_label("Your English sentence").fill(sentence)
    page.get_by_role("button", name="Translate").click()
    expect(page.locator(".decoding")).not_to_have_attribute("data-file", before, timeout=120_000)
    expect(page.locator(".prose.status:visible")).to_contain_text("Took")


def to_the_end(page, steps):
    page.locator(".decoding").focus()
    for _ in range(steps):
        page.keyboard.press("]")


def pieces(trace, ids):
    known = dict(zip(trace.piece_id.tolist(), trace.piece, strict=True))
    return [known[int(i)] for i in ids]


def test_the_saved_run_is_what_the_models_say_today():
    saved, today = DecodingTrace.load(saved_run(EXHIBIT.name)), EXHIBIT.first()
    assert (saved.sentence, saved.search.output, saved.refine.output) == (
        FIRST,
        today.search.output,
        today.refine.output,
    )
    assert len(saved.search.steps) == len(today.search.steps)
    for before, now in zip(saved.search.steps, today.search.steps, strict=True):
        np.testing.assert_array_equal(before.token, now.token)
        np.testing.assert_allclose(before.score, now.score, atol=1e-4)
        np.testing.assert_allclose(before.cross_attention, now.cross_attention, rtol=5e-3, atol=2e-3)
    best = today.refine.candidates[today.refine.best]
    np.testing.assert_array_equal(saved.refine.candidates[saved.refine.best].token, best.token)


def test_examples_have_a_persons_translation():
    assert len(examples("de")) >= 5 and all(reference(line, "de") for line in examples("de"))
    assert all(len(line) <= 60 for line in [*examples("de"), *examples("zh")]), "Gradio cuts longer ones"
    assert reference("something else", "de") == "" == reference(None, "de")
    assert all(set(sentence) <= {"en", "de", "zh"} for sentence in SENTENCES)


@pytest.mark.browser
def test_a_sentence_step_by_step(page):
    translate(page, SENTENCE)
    seen, drawn = run(SENTENCE), page.locator(".decoding")
    best = seen.refine.candidates[seen.refine.best]
    expect(page.get_by_text("Autoregressive:").first).to_be_visible()
    expect(page.locator(".controls:visible")).to_contain_text(seen.search.output)
    expect(page.locator(".controls:visible")).to_contain_text(seen.refine.output)
    expect(drawn).to_have_attribute("data-step", "1")
    page.requests.clear()

    total = max(len(seen.search.steps), len(best.token))
    to_the_end(page, total)
    expect(drawn).to_have_attribute("data-search", str(len(seen.search.steps)))
    for step in range(total - 1, -1, -1):
        page.keyboard.press("[")
        expect(drawn).to_have_attribute("data-step", str(step))
        done = min(step, len(best.token))
        expect(drawn).to_have_attribute("data-pass", str(done))
        if done:
            shown = json.loads(drawn.get_attribute("data-tokens"))
            assert shown == pieces(seen.refine, best.token[done - 1])
            assert int(drawn.get_attribute("data-masked")) == best.masked[done - 1].sum()
            repeated = (best.token[done - 1][1:] == best.token[done - 1][:-1]).sum()
            assert int(drawn.get_attribute("data-repeats")) == repeated
    for step in range(1, len(seen.search.steps) + 1):
        page.keyboard.press("]")
        expect(drawn).to_have_attribute("data-search", str(step))
        call = seen.search.steps[step - 1]
        shown = page.eval_on_selector_all(".decoding .node.kept:not(.later)", "nodes => nodes.map(n => n.dataset.at)")
        columns = [tuple(map(int, at.split(":"))) for at in shown]
        assert [candidate for column, candidate in columns if column == step - 1] == call.kept.tolist()
        assert max(column for column, _ in columns) == step - 1
    assert not page.requests


@pytest.mark.browser
def test_a_discarded_token_is_forced_and_released(page):
    translate(page, SENTENCE)
    seen, drawn = run(SENTENCE), page.locator(".decoding")
    drawn.focus()
    page.keyboard.press("]")
    expect(drawn).to_have_attribute("data-search", "2")
    call = seen.search.steps[1]
    discarded = page.locator(".decoding .node.outranked[data-at^='1:']").first
    candidate = int(discarded.get_attribute("data-at").split(":")[1])
    force = [[1, int(call.parent[candidate]), int(call.token[candidate])]]
    discarded.click()
    expect(drawn).to_have_attribute("data-fate", "outranked")
    page.get_by_label("Your English sentence").fill("Something else.")
    page.get_by_role("button", name="Force this token").click()
    expect(drawn).to_have_attribute("data-forces", json.dumps(force, separators=(",", ":")), timeout=120_000)
    token = pieces(seen.search, call.token[[candidate]])[0].replace("▁", "")
    expect(page.locator(".force-line")).to_contain_text(token)
    expect(drawn).not_to_have_attribute("data-step", "2")
    page.get_by_role("button", name="Release").click()
    expect(drawn).to_have_attribute("data-forces", "[]", timeout=120_000)
    expect(page.locator(".controls:visible")).to_contain_text(seen.search.output)


@pytest.mark.browser
def test_fewer_passes(page):
    page.get_by_label("Right: passes").last.fill("3")
    page.get_by_label("Right: passes").last.press("Enter")
    translate(page, SENTENCE)
    to_the_end(page, 20)
    expect(page.locator(".decoding")).to_have_attribute("data-pass", "3")
    expect(page.locator(".prose.claim:visible").first).to_contain_text(re.compile("right 3 in"))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("sentence", "says"), [("", "type an English sentence"), ("一只小狗在跑。", "read English"), ("?!", "no word")]
)
def test_a_wrong_sentence_gets_a_sentence_and_nothing_is_lost(page, sentence, says):
    drawn = page.locator(".decoding").get_attribute("data-file")
    page.get_by_label("Your English sentence").fill(sentence)
    page.get_by_role("button", name="Translate").click()
    expect(page.locator(".prose.status:visible")).to_contain_text(says)
    expect(page.locator(".decoding")).to_have_attribute("data-file", drawn)


@pytest.mark.browser
def test_the_chinese_page_speaks_chinese(server, chromium):
    page = chromium.new_page()
    page.goto(server + "/zh")
    page.get_by_role("tab", name="解码").click()
    expect(page.locator(".decoding[data-step]")).to_be_visible()
    expect(page.get_by_text("自回归：").first).to_be_visible()
    page.locator(".lab-language").click()
    expect(page.get_by_role("tab", name="Decoding")).to_have_attribute("aria-selected", "true")
    page.close()
