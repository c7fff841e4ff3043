"""Presenter mode: a clicker leads through all views. That each fits the screen is seen where each is looked at."""

import re

import pytest
from playwright.sync_api import expect

from lab.text import Text

pytestmark = pytest.mark.browser
ENGLISH = Text("en")


def test_a_clicker_leads_from_step_to_step_and_from_view_to_view(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    page.keyboard.press("f")
    page.keyboard.press("PageDown")
    attend = page.locator(".lab-widget.attend")
    expect(attend).to_have_attribute("data-step", "0")
    for step in range(1, 12):
        page.keyboard.press("PageDown")
        expect(attend).to_have_attribute("data-step", str(step))
    page.keyboard.press("PageDown")
    expect(page.get_by_role("tab", name=ENGLISH("patches.view.distance.tab"))).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("PageUp")
    expect(attend).to_be_visible()
    page.keyboard.press("r")
    expect(attend).to_have_attribute("data-step", "0")


def test_what_is_to_be_predicted_can_be_covered(page):
    widget = page.locator(".lab-widget.cut")
    expect(widget).to_have_attribute("data-count", "196")
    page.keyboard.press("f")
    page.keyboard.press("b")
    expect(widget).to_have_css("visibility", "hidden")
    assert ENGLISH("page.covered") in widget.evaluate("root => getComputedStyle(root, '::after').content")
    page.keyboard.press("b")
    expect(widget).to_have_css("visibility", "visible")


def test_the_keys_are_listed_and_single_ones_can_be_switched_off(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    page.keyboard.press("h")
    keys = page.get_by_role("dialog", name=ENGLISH("page.keys"))
    expect(keys).to_be_visible()
    keys.get_by_label(ENGLISH("page.shortcuts")).uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("f")
    page.keyboard.press("h")
    expect(keys).to_be_hidden()
    expect(page.locator("body")).not_to_have_class(re.compile("lab-presenter"))
    page.reload()
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    page.get_by_role("button", name=ENGLISH("page.keys"), exact=True).click()
    expect(keys.get_by_label(ENGLISH("page.shortcuts"))).not_to_be_checked()


def test_the_title_leads_to_a_start_page_with_every_view(page):
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    page.get_by_role("link", name=ENGLISH("page.title"), exact=True).click()
    expect(page).to_have_url("/".join(page.url.split("/")[:3]) + "/#start")
    page.locator(".lab-start a[data-exhibit='fields'][data-view='growth']").click()
    expect(page.locator(".lab-widget.chart:visible .plot")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name=ENGLISH("fields.tab"))).to_have_attribute(
        "aria-current", "page"
    )
    page.go_back()
    expect(page.locator(".lab-start")).to_be_visible()


def test_on_a_phone_the_figure_comes_first(chromium, server):
    page = chromium.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(server)
    widget = page.locator(".lab-widget.cut")
    expect(widget).to_have_attribute("data-count", "196")
    assert widget.bounding_box()["y"] < 844 / 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    upload = page.get_by_label(ENGLISH("patches.input.photo"))
    expect(upload.first).to_be_hidden()
    page.get_by_role("button", name=ENGLISH("page.controls")).click()
    page.get_by_role("button", name=ENGLISH("patches.run"), exact=True).click()
    expect(upload.first).to_be_hidden()
    expect(widget).to_be_in_viewport()
    page.get_by_role("combobox", name=ENGLISH("page.exhibits")).select_option("decoding")
    expect(page.locator(".lab-widget[data-of^='decoding/']").first).to_be_visible()
    fold = page.get_by_role("button", name=ENGLISH("page.controls")).locator("visible=true")
    fold.click()
    sentence = page.get_by_label(ENGLISH("decoding.input.sentence"))
    assert sentence.evaluate("field => field.scrollHeight - field.clientHeight") <= 1
    fold.click()
    page.evaluate("location.hash = 'decoding/race'")
    tab = page.get_by_role("tab", name=ENGLISH("decoding.view.race.tab"))
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(tab).to_be_in_viewport(ratio=0.9)
    page.close()


@pytest.mark.parametrize("language", ["", "zh"])
def test_the_tabs_of_training_fit_and_no_chart_is_left_alone(chromium, server, language):
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{server}/{language}#strategies/train")
    plots = page.locator(".lab-widget.chart:visible .plot:has(.main-svg)")
    expect(plots).to_have_count(4)
    bar = page.locator(".lab-views .tab-container:visible")
    assert bar.evaluate("bar => bar.scrollWidth - bar.clientWidth") <= 1
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.keyboard.press("f")
    expect(page.locator("body")).to_have_class(re.compile("lab-presenter"))
    assert bar.evaluate("bar => bar.scrollWidth - bar.clientWidth") <= 1
    tops = plots.evaluate_all("plots => plots.map(plot => Math.round(plot.getBoundingClientRect().top))")
    assert [tops.count(top) for top in tops] == [2, 2, 2, 2]
    page.close()


@pytest.mark.parametrize("address", ["#strategies/details", "zh#strategies/details", "#decoding/race"])
def test_on_a_phone_the_tab_that_a_link_opens_is_seen(chromium, server, address):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{server}/{address}")
    view = address.split("/")[-1]
    tab = page.locator(f".lab-views [role=tab][data-tab-id={view}]:visible")
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(tab).to_be_in_viewport(ratio=0.9)
    page.close()


def test_a_lost_connection_is_told_where_one_looks(chromium, server):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(server)
    expect(page.locator(".lab-widget.cut")).to_have_attribute("data-count", "196")
    lost = page.get_by_text(ENGLISH("page.lost"))
    expect(lost).to_be_hidden()
    context.set_offline(True)
    page.get_by_role("button", name=ENGLISH("patches.run"), exact=True).click()
    expect(lost).to_be_visible()
    context.set_offline(False)
    expect(lost).to_be_hidden()
    context.close()
