"""Everybody can use every view, in both languages and both themes: axe-core, names, readings, words, motion."""

import re

import pytest
from playwright.sync_api import expect

from lab.exhibits import EXHIBITS
from lab.layout import TABLE
from lab.sentences import examples
from lab.text import Text, table
from tests.lab.presented import check_fits
from tools.browser import ROOT

pytestmark = pytest.mark.browser
every_exhibit = pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {
    "runOnly": TAGS,
    "rules": {"target-size": {"enabled": True}, "label-content-name-mismatch": {"enabled": True}},
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "label-content-name-mismatch"]}}
FOUND = """([where, options]) => {
    const open = [...document.querySelectorAll(where)].filter(one => one.checkVisibility());
    const include = open.filter(one => !open.some(other => other !== one && one.contains(other)));
    return axe.run({include}, {...options, resultTypes: ["violations"]}).then(({violations}) =>
        violations.flatMap(({id, nodes}) =>
            nodes.map(node => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`)));
}"""
PAGE, OPEN = "html", ".tabitem, .controls"
"""The whole page, and the open view with its inputs: what is hidden takes axe seconds."""
READY = """() => [...document.querySelectorAll(".lab-widget")].filter(one => one.checkVisibility()).every(one =>
    !one.inert && (!one.matches(".chart") || one.querySelector(".plot")))"""
UNNAMED = """() => [...document.querySelectorAll(".lab-widget, .lab-widget canvas:not([aria-hidden]), .plot")]
    .filter(one => one.checkVisibility() && !(/^(img|group)$/.test(one.getAttribute("role")) && one.ariaLabel))
    .map(one => one.outerHTML)"""
# The visitor's own sentence and its tokens are in the language that they are in.
WORDS = """() => [...document.querySelectorAll("body *")]
    .filter(one => one.checkVisibility()
        && !one.closest(".gallery, .matrix, .attention .readout, .tree, .listing, script, style")
        && !one.closest(".programs :is(.tensor, .reading)")
        && !one.closest(".families :is(.sentence, .token-bars, .right, .output, .readout, .reading)")
        && !one.closest(".known :is(.choices, .line, .pieces, .readout, .reading)"))
    .flatMap(one => [...["aria-label", "title", "placeholder", "alt"].map(name => one.getAttribute(name) ?? ""),
        ...[...one.childNodes].filter(part => part.nodeType === Node.TEXT_NODE).map(part => part.data)])"""
BARE = """() => {
    const one = document.activeElement;
    const good = one === document.body || getComputedStyle(one).outlineStyle !== "none";
    return good ? "" : one.outerHTML.slice(0, 200);
}"""
NAMES = {
    *("English", "Hub", "ViT", "Swin", "MobileViT", "CNN", "ResNet", "Transformer", "MLP", "CLS", "Grad-CAM"),
    *("BLEU", "chrF", "Tatoeba", "Imagenette", "ImageNet", "torchvision", "JFT-300M", "CPU", "NVIDIA", "Esc"),
    *("PageUp", "PageDown"),
    *("Top-k", "Top-p", "logit", "lens", "rollout", "NC", "log", "float32", "float64", "mask-predict", "CC", "BY"),
    *(
        "L2",
        "RepLKNet",
        "TF-Slim",
        "ln",
        "stem",
        "DeiT",
        "DeiT-B",
        "Touvron",
        "KV",
        "LayerNorm",
        "softmax",
        "cos",
        "PyTorch",
        "QK",
    ),
    *("GPT-2", "medium", "large", "XL", "GPT", "GCN", "GAT", "GATv2", "CSV", "Zachary", "Cora"),
    *("RepLKNet", "TF-Slim", "KL", "muon", "adamw", "BERT", "Llama", "source", "target", "node", "class"),
    *("sigmoid", "tanh", "ISO", "AdamW", "ECE", "SmolLM2", "SEP", "CLIP", "PSNR", "dB", "scenes"),
}
"""Latin words of Chinese text: names, keys, and terms that the field has no other word for."""


def latin(said):
    """The Latin words of a text, but for ids of models and addresses."""
    said = re.sub(r"[\w./-]*[a-z0-9]+[-_/][\w./-]+|\b[0-9a-f]{8}\b|\b[a-z]{3,}[0-9]+\b", " ", said)
    return set(re.findall(r"[A-Za-z][A-Za-z0-9’.-]*[A-Za-z0-9]", said))


CITED = {word for key, line in table("zh").items() if key.endswith(("source", "credits")) for word in latin(line)}
CITED |= latin(examples("zh")[0])


def walk(page, exhibit, language):
    """Open the table and every view of an exhibit, one after the other; gives where it is."""
    text = Text(language)
    page.get_by_role("navigation").get_by_role("link", name=text(f"{exhibit.name}.tab"), exact=True).click()
    views = [view for _, view in exhibit.views.values() if not view.aside]
    tabs = [f"{exhibit.name}.view.{view.name}.tab" for view in views if len(views) > 1]
    if any(view.verdict for view in views):
        tabs.insert(0, f"{exhibit.name}.{TABLE}")
    for tab in tabs or [""]:
        if tab:
            page.get_by_role("tab", name=text(tab), exact=True).click()
        page.wait_for_timeout(300)
        page.wait_for_function(READY, polling=100)
        yield tab or exhibit.name


@pytest.fixture
def page(blank):
    """Nothing moves, so that nothing is looked at on its way from one colour to another."""
    blank.emulate_media(reduced_motion="reduce")
    return blank


def go(page, server, language):
    page.goto(f"{server}/{language}" if language != "en" else server)
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_nothing_in_the_page(language, server, page):
    go(page, server, language)
    page.evaluate(AXE.read_text())  # a script in the page is against its policy
    assert page.evaluate(FOUND, [PAGE, EVERYTHING]) == []


@every_exhibit
def test_a_view_in_chinese_is_chinese_and_axe_finds_nothing(exhibit, server, page):
    go(page, server, "zh")
    page.evaluate(AXE.read_text())
    for place in walk(page, exhibit, "zh"):
        assert page.evaluate(FOUND, [OPEN, EVERYTHING]) == [], place
        for more in page.locator(".label-wrap:visible:not(.open)").all():
            more.click()
        page.wait_for_timeout(100)
        found = {(word, said) for said in page.evaluate(WORDS) for word in latin(said) - NAMES - CITED}
        assert found == set(), place


@every_exhibit
def test_a_dark_view_can_be_read_is_named_told_and_fits_a_projector(exhibit, server, page):
    """In the dark colours alone differ: axe has seen the rest in Chinese."""
    widgets = {view.name: view for _, view in exhibit.views.values() if view.widget and not view.aside}
    go(page, server, "en")
    page.locator("body").press("t")
    expect(page.locator("body")).to_have_class(re.compile("dark"))
    page.evaluate(AXE.read_text())
    for place in walk(page, exhibit, "en"):
        assert page.evaluate(FOUND, [OPEN, COLOURS]) == [], place
        assert page.evaluate(UNNAMED) == [], place
        widget = page.locator(".lab-widget:visible:has(.steps, .choices)").last
        if not place.endswith(TABLE) and widget.count():
            tells_a_step(widget, place)
        for shown in page.locator(".lab-widget[data-of][data-file]:visible").all():
            if (shown.get_attribute("data-of") or "").split("/")[1] in widgets:
                check_fits(page, shown)


def tells_a_step(widget, place):
    """A step or another choice changes what is read aloud."""
    reading = widget.locator(".reading")
    expect(reading, place).not_to_have_text("")
    assert reading.get_attribute("aria-live") == "polite"
    before = reading.text_content()
    steps = widget.get_by_role("button", name=re.compile("^Step (forward|back)"), disabled=False)
    (steps if steps.count() else widget.locator(".choices button[aria-pressed='false']:enabled")).last.click()
    expect(reading, place).not_to_have_text(before or "")


@every_exhibit
def test_what_the_tab_key_reaches_shows_that_it_has_the_focus(exhibit, server, page):
    go(page, server, "en")
    page.get_by_role("navigation").get_by_role("link", name=Text("en")(f"{exhibit.name}.tab"), exact=True).click()
    page.wait_for_function(READY, polling=100)
    for more in page.locator(".label-wrap:visible:not(.open)").all():
        more.click()
    page.locator(".lab-header h1 a").focus()
    reached, bare = 0, set()
    while page.evaluate("document.activeElement !== document.body"):
        page.keyboard.press("Tab")
        bare.add(page.evaluate(BARE))
        reached += 1
    assert bare == {""}
    assert reached > 15


@pytest.mark.parametrize("place", ["decoding/decode", "decoding/race", "patches/windows", "patches/attend"])
def test_a_film_goes_by_single_steps_for_who_asked_for_less_motion(place, server, page):
    page.goto(f"{server}/#{place}")
    film = page.locator(f".lab-widget.{place.split('/')[1]}")
    expect(film).to_have_attribute("data-step", re.compile(r"\d+"))
    range_ = film.locator(".steps input[type=range]").first
    before, last = int(range_.input_value()), int(range_.get_attribute("max") or 0)
    after = str(before + 1 if before < last else 0)
    film.get_by_role("button", name="Play or pause").first.click()
    expect(range_).to_have_value(after)
    page.wait_for_timeout(2500)
    expect(range_).to_have_value(after)
