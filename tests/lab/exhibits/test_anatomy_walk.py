"""A visitor walks through the translator and the Vision Transformer: what is hovered is what the models computed."""

import json
import re
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.exhibits.anatomy import EXHIBIT
from lab.text import Text
from models.traces import TextWalkTrace, VitWalkTrace

from .visitor import controls, measured, open_tab, saved_trace, status, trouble

pytestmark = pytest.mark.browser
ENGLISH = Text("en")
LINE = "Two dogs run."


@pytest.fixture
def anatomy(blank, server):
    blank.goto(f"{server}/#anatomy/flow")
    return blank


def shown(page, view):
    widget = page.locator(f".lab-widget[data-of='anatomy/{view}']")
    expect(widget).to_have_attribute("data-count", re.compile(r"\d"))
    return widget


def number(widget, name):
    return json.loads(widget.get_attribute(f"data-{name}"))


def chosen(widget):
    """Layer, head, query and key of the attention that is shown."""
    return tuple(number(widget, name) for name in ("layer", "head", "query", "key"))


def test_hovered_numbers_are_those_of_the_walk(anatomy):
    widget, trace = shown(anatomy, "flow"), saved_trace(EXHIBIT, "walk", TextWalkTrace)
    widget.locator(".tokens button").nth(4).click()
    widget.locator(".row.layer").nth(2).click()
    expect(widget).to_have_attribute("data-open", "2")
    widget.locator(".row.part:visible").nth(1).click()
    expect(widget).to_have_attribute("data-step", "9")
    box = widget.locator(".strip .cells").nth(1).bounding_box()
    anatomy.mouse.move(box["x"] + box["width"] * 17.5 / trace.flows[1].start.shape[1], box["y"] + 8)
    expect(widget).to_have_attribute("data-place", "17")
    assert number(widget, "number") == pytest.approx(trace.flows[1].added[2, 1, 4, 17], abs=5e-3)
    state = trace.flows[1].states()[8, 4]
    assert number(widget, "length") == pytest.approx(np.linalg.norm(state), rel=1e-2)


def test_a_box_of_the_structure_leads_to_what_it_makes(anatomy):
    widget, trace = shown(anatomy, "flow"), saved_trace(EXHIBIT, "walk", TextWalkTrace)
    widget.locator(".row.layer").nth(1).click()
    expect(widget).to_have_attribute("data-open", "1")
    boxes = widget.locator(".structure button")
    expect(boxes).to_have_count(2 + 2 * len(trace.flows[1].part) + 1)
    boxes.filter(has_text=ENGLISH("anatomy.widget.shared.stop_cross_attention")).click()
    expect(widget).to_have_attribute("data-step", "6")
    expect(widget.locator(".structure [aria-current]")).to_have_text(
        ENGLISH("anatomy.widget.shared.stop_cross_attention")
    )
    expect(widget.locator(".strip.now .of")).to_have_text(ENGLISH("anatomy.widget.shared.vector_added"))
    cross = next(one for one in trace.attention if one.kind == "cross")
    rows = cross.attention[1, :, number(widget, "token")]
    expect(widget.locator(".heads li")).to_have_count(len(rows))
    for said, row in zip(widget.locator(".heads li").all_inner_texts(), rows, strict=True):
        word, share = said.split(" ")
        assert word.strip("·") == trace.flows[0].token[row.argmax()].strip("▁ ")
        assert float(share.rstrip("%")) == pytest.approx(100 * row.max(), rel=2e-2)
    boxes.last.click()
    expect(widget).to_have_attribute("data-step", str(len(trace.flows[1].states()) + 1))
    expect(widget.locator(".heads")).to_be_hidden()


def test_a_visitors_own_sentence_without_positions(anatomy):
    shown(anatomy, "flow")
    open_tab(anatomy, ENGLISH("anatomy.view.attention.tab"))
    widget = shown(anatomy, "attention")
    field = controls(anatomy).get_by_label(ENGLISH("anatomy.input.sentence"))
    field.fill(LINE)
    field.press("Enter")
    for with_positions in (True, False):
        wanted = measured(EXHIBIT, "walk", TextWalkTrace, sentence=LINE, with_positions=with_positions)
        one = wanted.attention[1]
        if not with_positions:
            widget.locator(".positions button").nth(1).click()
        expect(widget.locator(".positions button").nth(int(not with_positions))).to_have_attribute(
            "aria-pressed", "true"
        )
        expect(widget.locator("tbody tr")).to_have_count(len(wanted.flows[1].token))
        expect(widget).not_to_have_attribute("data-pending", "yes")
        assert number(widget, "score") == pytest.approx(one.scores[chosen(widget)], abs=2e-2)


def test_a_patch_flows_to_its_class(anatomy):
    shown(anatomy, "flow")
    open_tab(anatomy, ENGLISH("anatomy.view.patch_flow.tab"))
    widget, trace = shown(anatomy, "patch_flow"), saved_trace(EXHIBIT, "patch_walk", VitWalkTrace)
    widget.locator(".row.stop").last.click()
    best = trace.flow.name[trace.flow.top[-1, 0, 0]]
    expect(widget.locator(".lens")).to_contain_text(best)
    assert number(widget, "length") == pytest.approx(np.linalg.norm(trace.flow.states()[-1, 0]), rel=1e-2)


@pytest.mark.parametrize(("kind", "refused"), [("gpt", "cross"), ("llama", "cross"), ("bert", "cache")])
def test_one_stack_alone_is_walked_through_and_what_it_lacks_is_said(blank, server, single, kind, refused):
    page = blank
    folder, stack = str(single[kind]), "encoder" if kind == "bert" else "decoder"
    page.goto(f"{server}/#anatomy/flow?sentence={quote(LINE)}&model={quote(folder)}")
    walked = measured(EXHIBIT, "walk", TextWalkTrace, sentence=LINE, model=folder)
    widget, (flow,) = shown(page, "flow"), walked.flows
    expect(widget).to_have_attribute("data-count", str(len(flow.token)))
    widget.locator(".tokens button").nth(1).click()
    expect(widget).to_have_attribute("data-token", "1")
    widget.locator(".row.stop").last.click()
    expect(widget).to_have_attribute("data-step", str(len(flow.states()) + 1))
    assert number(widget, "length") == pytest.approx(np.linalg.norm(flow.states()[-1, 1]), rel=1e-2)
    open_tab(page, ENGLISH("anatomy.view.attention.tab"))
    widget = shown(page, "attention")
    expect(widget.locator(".kinds button")).to_have_text([ENGLISH(f"anatomy.widget.attention.kind_{stack}")])
    assert number(widget, "score") == pytest.approx(walked.attention[0].scores[chosen(widget)], abs=2e-2)
    expect(widget.locator(".masked button").nth(int(stack == "encoder"))).to_have_attribute("aria-pressed", "true")
    open_tab(page, ENGLISH("anatomy.view.mask.tab"))
    widget = page.locator(".lab-widget[data-of='anatomy/mask']")
    expect(widget.locator(".reads button")).to_have_count(len(flow.token) - 1, timeout=30_000)
    expect(widget.locator(".start")).to_have_text(flow.token[0])
    open_tab(page, ENGLISH(f"anatomy.view.{refused}.tab"))
    said = "no_cross" if refused == "cross" else "no_steps"
    expect(trouble(page)).to_have_text(ENGLISH(f"anatomy.error.{said}", reference=folder), timeout=30_000)


def test_what_cannot_be_walked_is_said_in_one_sentence(anatomy, strangers):
    shown(anatomy, "flow")
    controls(anatomy).get_by_text(ENGLISH("anatomy.more")).click()
    field = controls(anatomy).get_by_label(ENGLISH("anatomy.input.model"))
    field.fill(str(strangers["t5"]))
    field.press("Enter")
    controls(anatomy).get_by_role("button", name=ENGLISH("anatomy.run"), exact=True).click()
    expect(trouble(anatomy)).to_contain_text("T5ForConditionalGeneration")
    expect(status(anatomy)).to_be_visible()
