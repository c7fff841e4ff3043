"""A visitor's sentence in a real Chromium: what is drawn equals the trace, and stepping asks nobody."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.decoding import EXHIBIT
from lab.inputs.kinds import Choice
from lab.sentences import SENTENCES, examples, reference
from lab.text import Text
from models.traces import DecodingTrace, RaceTrace
from models.translation.bundled import BY_LANGUAGE

from .visitor import asking_nobody, controls, measured, note, open_exhibit, open_tab, saved_trace, status

SENTENCE = "Two men are cooking outside."


@pytest.fixture
def page(page):
    """The page with the exhibit open."""
    open_exhibit(page, "Decoding")
    expect(page.locator(".decode[data-step]")).to_be_visible()
    return page


def translate(page, sentence):
    controls(page).get_by_label("Your English sentence").fill(sentence)
    controls(page).get_by_role("button", name="Translate").click()


def pieces(trace, ids):
    known = dict(zip(trace.piece_id.tolist(), trace.piece, strict=True))
    return [known[int(i)] for i in ids]


def steps_through(page, trace):
    """That at every step, back and forth, tree and grid show the trace."""
    drawn, best = page.locator(".decode"), trace.refine.winner
    calls = trace.search.steps
    total = max(len(calls), len(best.token))
    drawn.focus()
    for _ in range(total):
        page.keyboard.press("]")
    expect(drawn).to_have_attribute("data-search", str(len(calls)))
    for step in range(total - 1, -1, -1):
        page.keyboard.press("[")
        expect(drawn).to_have_attribute("data-step", str(step))
        done = min(step, len(best.token))
        expect(drawn).to_have_attribute("data-pass", str(done))
        if done:
            token = best.token[done - 1]
            assert json.loads(drawn.get_attribute("data-tokens")) == pieces(trace.refine, token)
            assert int(drawn.get_attribute("data-masked")) == best.masked[done - 1].sum()
            assert int(drawn.get_attribute("data-repeats")) == (token[1:] == token[:-1]).sum()
        if 0 < step <= len(calls):
            shown = page.eval_on_selector_all(".decode .node.kept:not(.later)", "nodes => nodes.map(n => n.dataset.at)")
            columns = [tuple(map(int, at.split(":"))) for at in shown]
            assert [candidate for column, candidate in columns if column == step - 1] == calls[step - 1].kept.tolist()
            assert max(column for column, _ in columns) == step - 1


def test_examples_have_a_persons_translation():
    assert len(examples("de")) >= 5 and all(reference(line, "de") for line in examples("de"))
    assert all(len(line) <= 60 for line in [*examples("de"), *examples("zh")]), "Gradio cuts longer ones"
    assert reference("something else", "de") == "" == reference(None, "de")
    assert all(set(sentence) <= {"en", "de", "zh"} for sentence in SENTENCES)


def test_the_page_opens_with_an_example_whose_first_pass_repeats_a_token():
    default = EXHIBIT.input("sentence").default
    assert default in examples("de")
    saved = saved_trace(EXHIBIT, "decode", DecodingTrace)
    token = saved.refine.winner.token
    assert saved.sentence == default
    assert (token[0, 1:] == token[0, :-1]).any() and not (token[-1, 1:] == token[-1, :-1]).any()


@pytest.mark.browser
def test_a_sentence_is_translated_stepped_through_forced_and_refused(page):
    drawn = page.locator(".decode")
    saved = saved_trace(EXHIBIT, "decode", DecodingTrace)
    for translation in (saved.search.output, saved.refine.output):
        expect(controls(page)).to_contain_text(translation)
    with asking_nobody(page):
        steps_through(page, saved)

    before = drawn.get_attribute("data-file")
    translate(page, SENTENCE)
    expect(drawn).not_to_have_attribute("data-file", before, timeout=120_000)
    expect(status(page)).to_contain_text("Took")
    seen = measured(EXHIBIT, "decode", DecodingTrace, sentence=SENTENCE)
    for translation in (seen.search.output, seen.refine.output):
        expect(controls(page)).to_contain_text(translation)
    expect(drawn).to_have_attribute("data-step", "1")
    with asking_nobody(page):
        steps_through(page, seen)
        for _ in range(2):
            page.keyboard.press("]")
        expect(drawn).to_have_attribute("data-search", "2")

    open_tab(page, "2 · Search")
    tree = page.locator(".lab-widget.search")
    expect(tree).to_have_attribute("data-step", "1")
    with asking_nobody(page):
        tree.focus()
        page.keyboard.press("]")
        expect(tree).to_have_attribute("data-search", "2")
        discarded = tree.locator(".node.outranked[data-at^='1:']").first
        candidate = int(discarded.get_attribute("data-at").split(":")[1])
        discarded.click()
        expect(tree).to_have_attribute("data-fate", "outranked")

    call = seen.search.steps[1]
    force = (1, int(call.parent[candidate]), int(call.token[candidate]))
    controls(page).get_by_label("Your English sentence").fill("Something else.")
    tree.get_by_role("button", name="Force this token").click()
    expect(tree).to_have_attribute("data-forces", json.dumps([force], separators=(",", ":")), timeout=120_000)
    forced = measured(EXHIBIT, "decode", DecodingTrace, sentence=SENTENCE, forces=(force,))
    expect(controls(page)).to_contain_text(forced.search.output)
    expect(tree).to_have_attribute("data-search", str(len(forced.search.steps)))
    token = pieces(seen.search, [force[2]])[0].replace("▁", "")
    expect(tree.locator(".force-line")).to_contain_text(token)
    tree.get_by_role("button", name="Release").click()
    expect(tree).to_have_attribute("data-forces", "[]", timeout=120_000)
    expect(controls(page)).to_contain_text(seen.search.output)

    open_tab(page, "1 · Side by side")
    expect(drawn).to_be_visible()
    shown = drawn.get_attribute("data-file")
    for sentence, says in (("", "type a sentence first"), ("一只小狗在跑。", "read English"), ("?!", "no word")):
        translate(page, sentence)
        expect(status(page)).to_contain_text(says)
        expect(drawn).to_have_attribute("data-file", shown)


@pytest.mark.browser
def test_fewer_passes_and_the_race(page):
    saved = saved_trace(EXHIBIT, "race", RaceTrace)
    open_tab(page, "7 · Race")
    race = page.locator(".race")
    expect(race).to_have_attribute(
        "data-done",
        json.dumps(
            {"autoregressive": saved.search_calls, "non_autoregressive": saved.refine_calls}, separators=(",", ":")
        ),
    )
    open_tab(page, "1 · Side by side")
    drawn = page.locator(".decode")
    passes = controls(page).get_by_label("Non-autoregressive: passes").last
    passes.fill("3")
    passes.press("Enter")
    expect(note(page)).to_contain_text("You have changed something")
    before = drawn.get_attribute("data-file")
    translate(page, SENTENCE)
    expect(drawn).not_to_have_attribute("data-file", before, timeout=120_000)
    drawn.focus()
    for _ in range(20):
        page.keyboard.press("]")
    expect(drawn).to_have_attribute("data-pass", "3")
    open_tab(page, "7 · Race")
    calls = len(measured(EXHIBIT, "decode", DecodingTrace, sentence=SENTENCE).search.steps)
    done = json.dumps({"autoregressive": calls, "non_autoregressive": 3}, separators=(",", ":"))
    expect(race).to_have_attribute("data-done", done, timeout=300_000)


@pytest.mark.browser
def test_every_view_of_the_run_shows_the_saved_trace_and_asks_for_nothing_more(page):
    saved = saved_trace(EXHIBIT, "decode", DecodingTrace)
    candidate, passes = saved.refine.winner, len(saved.refine.winner.token)
    views = ["2 · Search", "3 · Refinement", "4 · Why it repeats", "5 · Attention", "6 · One distribution"]
    for name, view in zip(views, ["search", "refinement", "repeats", "attention", "sampling"], strict=True):
        open_tab(page, name)
        drawn = page.locator(f".lab-widget.{view}")
        expect(drawn).to_have_attribute("data-step", re.compile(r"\d+"))
        expect(drawn).to_be_visible()
        if view == "repeats":
            pair = 1 + int(np.flatnonzero(candidate.token[0, 1:] == candidate.token[0, :-1])[0])
            expect(drawn).to_have_attribute("data-pair", str(pair))
            for when, row in [("before", 0), ("after", passes - 1)]:
                told = json.loads(drawn.get_attribute(f"data-{when}"))
                assert told["overlap"] == pytest.approx(float(candidate.overlap[row, pair]), abs=1e-6)
        if view == "sampling":
            call = int(drawn.get_attribute("data-step")) - 1
            own = np.exp(saved.search.next_tokens.log_prob[call].astype(float))
            np.testing.assert_allclose(json.loads(drawn.get_attribute("data-shares")), own[:13], rtol=1e-4)
            with asking_nobody(page):
                drawn.get_by_label("Top-k").fill("2")
                expect(drawn).to_have_attribute("data-kept", "2")
    expect(status(page)).to_contain_text("saved run")


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=str)
def test_in_the_large_view_each_view_fits_the_screen(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.keyboard.press("f")
    for run, view in EXHIBIT.views.values():
        if run.name == "decode" and view.widget:
            open_tab(page, Text("en")(f"decoding.view.{view.name}.tab"))
            drawn = page.locator(f".lab-widget.{view.name}")
            expect(drawn).to_have_attribute("data-step", re.compile(r"\d+"))
            expect(drawn).to_be_visible()
            drawn.focus()
            for _ in range(20):
                page.keyboard.press("]")
            expect(drawn).to_have_attribute("data-step", re.compile(r"1\d"))
            page.evaluate("scrollTo(0, 0)")
            box = drawn.bounding_box()
            assert box["y"] + box["height"] <= size[1], view.name
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.browser
def test_the_chinese_page_speaks_chinese_and_a_changed_language_keeps_the_exhibit(page):
    page.locator(".lab-language").click()
    expect(page).to_have_url(re.compile("/zh#decoding/decode$"))
    expect(page.locator(".decode[data-step]")).to_be_visible()
    expect(page.get_by_text("自回归：").first).to_be_visible()
    page.locator(".lab-language").click()
    expect(page).to_have_url(re.compile("/#decoding/decode$"))
    expect(page.locator(".decode[data-step]")).to_be_visible()


LABELS = {
    "en": ("Models and more settings", "Autoregressive model", "Your English sentence", "Translate"),
    "zh": ("模型与更多设置", "自回归模型", "您的英文句子", "翻译"),
}


@pytest.mark.browser
@pytest.mark.parametrize(("language", "kinds"), [("en", ("bart", "m2m100", "t5")), ("zh", ("m2m100",))])
def test_a_visitor_brings_own_encoder_decoders(page, language, kinds, strangers):
    """BART, M2M100 in both languages and a T5 that samples ids without a token: what is seen is what was computed."""
    text, drawn, traces = Text(language), page.locator(".decode"), {}
    more, model, sentence, run = LABELS[language]
    if language == "zh":
        page.locator(".lab-language").click()
        expect(page.locator(".decode[data-step]")).to_be_visible()
    controls(page).get_by_role("button", name=more).click()
    asked = {"bart": {}, "m2m100": {"language": "zh"}, "t5": {"method": "sample"}}
    for kind in kinds:
        settings = asked[kind]
        for name, value in settings.items():
            choice = EXHIBIT.input(name)
            assert isinstance(choice, Choice)
            page.get_by_label(choice.words(text, EXHIBIT.name)[value], exact=True).check()
        field = controls(page).get_by_label(re.compile(f"^{model}"))
        if "language" in settings:  # the models follow it
            expect(field).to_have_value(re.compile("marian-zh"))
        field.fill(str(strangers[kind]))
        field.press("Enter")
        controls(page).get_by_label(sentence).fill(SENTENCE)
        before = drawn.get_attribute("data-file")
        controls(page).get_by_role("button", name=run, exact=True).click()
        expect(drawn).not_to_have_attribute("data-file", before, timeout=120_000)
        if kind == "m2m100":
            settings = {**settings, "non_autoregressive": BY_LANGUAGE["zh"].non_autoregressive}
        if kind == "t5":
            settings = {**asked["m2m100"], **settings, "non_autoregressive": BY_LANGUAGE["zh"].non_autoregressive}
        chosen = {"sentence": SENTENCE, "autoregressive": strangers[kind], **settings}
        traces[kind] = measured(EXHIBIT, "decode", DecodingTrace, **chosen)
        steps_through(page, traces[kind])
        for word in ("no_repeat_ngram_size = 2", "num_beams = 6", "num_return_sequences = 2"):
            expect(controls(page)).to_contain_text(word)
        if kind == "m2m100":
            expect(controls(page)).to_contain_text("<__zh__>")
    if "t5" in kinds:
        assert any(re.fullmatch(r"<\d+>", piece) for piece in traces["t5"].search.piece)
    open_tab(page, text("decoding.view.race.tab"))
    expect(page.locator(".race")).to_have_attribute(
        "data-done", re.compile(rf'"autoregressive":{len(traces[kinds[-1]].search.steps)}\b')
    )
