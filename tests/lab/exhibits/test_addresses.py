"""Every view has an address: back, reload, another language and a copied link show the same again."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from lab.text import Text

from .visitor import open_exhibit, open_tab, status, upload

pytestmark = pytest.mark.browser
ENGLISH, CHINESE = Text("en"), Text("zh")


def at(page, address):
    """That the address ends with this."""
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))


def test_back_and_forward_go_from_view_to_view_and_to_the_step(page):
    open_exhibit(page, "Receptive Fields")
    field = page.locator(".lab-widget.field")
    at(page, "#fields/field")
    field.get_by_role("button", name="Step forward").click()
    at(page, "#fields/field?state=%7B%22step%22%3A6%7D")
    open_tab(page, "2 · Growth")
    at(page, "#fields/growth")
    page.go_back()
    expect(field).to_have_attribute("data-step", "6")
    at(page, "#fields/field?state=%7B%22step%22%3A6%7D")
    page.go_back()
    expect(page.locator(".lab-widget.cut")).to_be_visible()
    page.go_forward()
    expect(field).to_be_visible()
    page.go_forward()
    expect(page.locator(".chart:visible")).to_be_visible()
    at(page, "#fields/growth")


def test_a_link_to_the_open_view_is_followed_at_once_and_never_later(page):
    open_exhibit(page, "Receptive Fields")
    field = page.locator(".lab-widget.field")
    at(page, "#fields/field")
    page.evaluate("location.hash = '#fields/field?state={\"step\":3}'")
    expect(field).to_have_attribute("data-step", "3")
    at(page, "#fields/field?state=%7B%22step%22%3A3%7D")
    page.evaluate("location.hash = '#fields/field?state={\"step\":5}'")
    expect(field).to_have_attribute("data-step", "5")
    field.get_by_role("button", name="Step back").click()
    at(page, "#fields/field?state=%7B%22step%22%3A4%7D")
    expect(field).to_have_attribute("data-step", "4")


def test_a_visitors_photo_comes_back_in_the_same_browser_and_language_costs_no_run(page, tmp_path):
    open_exhibit(page, "Patches & Windows")
    upload(page, Image.effect_noise((90, 60), 90).convert("RGB"), tmp_path)
    expect(status(page)).to_contain_text("Took")
    expect(page).to_have_url(re.compile("#patches/cut\\?photo=own-[0-9a-f]{16}$"))
    open_tab(page, "2 · Attend")
    own = page.url.split("?")[1]
    at(page, f"#patches/attend?{own}")
    page.reload()
    expect(status(page)).to_contain_text("Computed before")
    expect(page.locator(".lab-widget.attend")).to_be_visible()
    at(page, f"#patches/attend?{own}")
    page.get_by_role("button", name=ENGLISH("page.link")).click()
    expect(page.locator(".lab-said")).not_to_be_empty()
    page.get_by_title(ENGLISH("page.language_hint")).click()
    expect(status(page)).to_contain_text("此前已")
    at(page, f"/zh#patches/attend?{own}")
    page.get_by_role("tab", name=CHINESE("patches.view.cut.tab"), exact=True).click()
    at(page, f"/zh#patches/cut?{own}")
    page.goto(page.url.replace("/zh", "/").split("#")[0])
    expect(page.get_by_role("heading", name=CHINESE("page.title"))).to_be_visible()


def test_a_link_in_another_browser_says_what_it_leaves_out(blank, server):
    page = blank
    page.goto(f"{server}/#patches/windows?photo=own-0123456789abcdef&swin=swin-imagenette&banana=1")
    toasts = page.get_by_test_id("toast-text")
    expect(toasts.filter(has_text=ENGLISH("page.link_photo"))).to_be_visible()
    expect(toasts.filter(has_text="banana")).to_be_visible()
    expect(page.locator(".lab-widget.windows")).to_be_visible()
    at(page, "#patches/windows")


def test_a_link_to_a_typed_sentence_translates_it(blank, server):
    page = blank
    page.goto(f"{server}/#decoding/decode?sentence=A+dog+sleeps.&beam_width=3&state=%7B%22step%22%3A2%7D")
    expect(status(page)).to_contain_text("Took")
    expect(page.get_by_label(ENGLISH("decoding.input.sentence"))).to_have_value("A dog sleeps.")
    expect(page.locator(".lab-widget.decode")).to_have_attribute("data-step", "2")


def test_a_link_to_nothing_says_so(blank, server):
    page = blank
    page.goto(f"{server}/#banana/cut")
    expect(page.locator(".lab-said")).to_have_text(ENGLISH("page.link_unknown"))
    at(page, "#patches/cut")


def test_the_browsers_language_decides_at_first(chromium, server):
    page = chromium.new_page(locale="zh-CN")
    page.goto(server)
    expect(page).to_have_url(re.compile("/zh(#|$)"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_title(CHINESE("page.language_hint")).click()
    expect(page.get_by_role("heading", name=ENGLISH("page.title"))).to_be_visible()
    page.goto(server)
    expect(page.get_by_role("heading", name=ENGLISH("page.title"))).to_be_visible()
    page.close()
