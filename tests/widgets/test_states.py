"""Every widget: a state reached by hand is plain JSON, and a fresh page that gets it shows and says the same."""

import json

import pytest

from lab.text import LANGUAGES

from .payloads import PAYLOADS

pytestmark = pytest.mark.browser

JOURNEYS: dict[str, list[str]] = {
    "anatomy/attention": [
        *("click .kinds button:nth-child(3)", "click .layers button:nth-child(2)", "click .heads button:nth-child(2)"),
        *("click .scaled button:nth-child(2)", "click .split button:nth-child(3)"),
        *("click .picture", "ArrowRight", "ArrowDown", "]"),
    ],
    "anatomy/flow": [
        *("click .kinds button:nth-child(1)", "click .tokens button:nth-child(2)", "click .row.layer:nth-of-type(6)"),
        *("]", "click .strip .cells", "ArrowRight", "ArrowDown"),
    ],
    "anatomy/cross": [
        "click .multiples button:nth-child(6)",
        "click .ways button:nth-child(2)",
        "click section.effect .picture",
        "ArrowDown",
    ],
    "anatomy/code": [
        "click .chosen button:nth-child(2)",
        "[",
        "click .listing [data-line='2']",
        "click .numbers",
        "ArrowDown",
    ],
    "anatomy/mask": ["click .reads button:nth-child(2)", "click section.causal .picture", "ArrowRight", "ArrowUp"],
    "blocks/norm": [
        "click .tokens button:nth-child(3)",
        "click .layers button:nth-child(2)",
        "click .parts button:nth-child(2)",
        "click .shift input",
        "ArrowRight",
        "click .batch input",
        "click canvas.y",
    ],
    "blocks/position_maps": ["click .whole canvas", "ArrowRight", "ArrowDown"],
    "blocks/sizes": [
        "click .presets button:nth-child(2)",
        "click .measures button:nth-child(2)",
        "click .decoder_layers input",
    ],
    "answer": [],
    "chart": ["click .plot + .plot .legendtoggle"],
    "decoding/decode": [
        "]",
        "]",
        "click .speeds button:nth-child(3)",
        "click .node.outranked:not(.later)",
        "click .grid [data-at='2:11']",
    ],
    "decoding/search": ["]", "]", "click .node.outranked:not(.later)"],
    "decoding/refinement": ["]", "]", "click .models button:nth-child(2)", "click .grid [data-at='2:10']"],
    "decoding/repeats": ["[", "[", "click .line.now button:nth-child(4)"],
    "decoding/attention": [
        "[",
        "click .overs button:nth-child(2)",
        "click .layers button:nth-child(2)",
        "click .heads button:nth-child(3)",
        "click section.non_autoregressive .picture",
        "ArrowLeft",
    ],
    "decoding/sampling": ["[", "click .film button:last-child", "click .top_p input", "click .temperature input"],
    "decoding/race": ["[", "["],
    "strategies/fed": ["]", "]", "click .pairs button:nth-child(2)", "click .models button:nth-child(2)"],
    "strategies/wrong": ["click .text-tokens button:nth-child(4)", "ArrowLeft"],
    "generation/next": ["click .scale button:nth-child(2)", "click .min_p input"],
    "generation/generate": ["click .text-tokens button:nth-child(3)"],
    "generation/heads": [
        *("click .shows button:nth-child(3)", "click .every button:nth-child(2)"),
        *("click .text-tokens button:nth-child(3)", "ArrowLeft"),
    ],
    "generation/effects": ["click .candidates button:nth-child(2)", "click .direct canvas", "ArrowRight"],
    "generation/families": [
        *("click .continues .sights button", "click .sentence button:nth-child(1)", "ArrowLeft"),
        *("click .translates .sights button:nth-child(3)", "click .stage canvas"),
    ],
    "generation/training": ["]", "]"],
    "graph/graph": ["]", "click .heads button:nth-child(2)", "ArrowRight", "ArrowDown"],
    "graph/masks": [
        *("]", "]", "click .size input", "ArrowRight", "click .heads button:nth-child(2)", "click .stage.matrix"),
        *("ArrowDown", "click .sources button:nth-child(2)", "]"),
    ],
    "image_text/caption": [
        *("click .layers button", "click figure:nth-child(2) .words button", "[", "ArrowLeft", "click .gate input"),
        *("click .mask .picture", "ArrowDown"),
    ],
    "image_text/match": ["click .sentences li:nth-child(3) button", "ArrowUp", "click .warps input", "click .opacity"],
    "image_text/matrix": [
        *("click .measures button:nth-child(2)", "click .cells tr:nth-child(2) td:nth-child(4) button"),
        *("ArrowLeft", "ArrowDown", "click .warps input", "click .measures button:nth-child(3)"),
    ],
    "image_text/tokens": [
        *("click .pictures figure:nth-child(2) .stage", "ArrowUp", "click .near button:nth-child(3)", "]"),
        *("click .codebook", "["),
    ],
    "image_text/write": [
        *("click .pictures figure:nth-child(2) .stage", "[", "click .layers button:nth-child(1)"),
        *("click .heads button:nth-child(2)", "click .mask", "ArrowUp"),
    ],
    "patches/attend": ["[", "[", "click .thumbs button:nth-child(2)", "ArrowRight", "ArrowDown"],
    "patches/cut": ["ArrowLeft", "click .sizes button:nth-child(2)", "ArrowDown"],
    "patches/mobile": [
        *(
            "]",
            "]",
            "]",
            "click .heads button:nth-child(2)",
            "click .blocks button:nth-child(2)",
            "ArrowUp",
            "ArrowLeft",
        ),
    ],
    "patches/pair": ["]", "]", "ArrowLeft", "ArrowUp"],
    "patches/relevance": ["[", "click .thumbs button:nth-child(4)"],
    "patches/windows": ["click .jumps button:nth-child(2)", "]", "]", "click .heads button", "ArrowUp", "]"],
    "fields/field": ["]", "click .weights button:nth-child(2)", "click .images button:nth-child(2)", "ArrowLeft"],
    "cnn_vs_attention/position": [],
    "cnn_vs_attention/convolution": ["[", "[", "]"],
    "cnn_vs_attention/attribution": ["click .grains button:nth-child(1)", "click .modes button:nth-child(2)"],
}
"""What a visitor does in each widget: keys, and clicks on what a selector names; nothing where nothing is chosen."""


def travel(page, steps):
    """Do what a visitor does."""
    page.locator(".lab-widget").hover(position={"x": 2, "y": 2}, force=True)
    for step in steps:
        kind, _, selector = step.partition(" ")
        if kind == "click":
            page.locator(selector).first.click()
        else:
            page.keyboard.press(step)


def picture(page):
    """All that a widget shows and says."""
    return page.evaluate("page.picture()")


def test_every_widget_has_a_payload_and_a_journey(widgets):
    assert set(PAYLOADS) == set(JOURNEYS) == widgets


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_state_set_on_a_fresh_page_shows_and_says_the_same(bench, name):
    value = PAYLOADS[name](bench)
    page = bench.open(name, value)
    first, opening = page.evaluate("page.state()"), picture(page)
    travel(page, JOURNEYS[name])
    reached, drawn = page.evaluate("page.state()"), picture(page)
    assert reached == json.loads(json.dumps(reached))
    moves = bool(JOURNEYS[name])
    assert (reached != first) is moves
    assert (drawn["data"] != opening["data"]) is moves
    assert (drawn["reading"] != opening["reading"]) is moves

    fresh = bench.open(name, value)
    assert picture(fresh) == opening
    fresh.evaluate("(state) => page.set(state)", reached)
    assert fresh.evaluate("page.state()") == reached
    again = picture(fresh)
    for part in drawn:
        assert again[part] == drawn[part], part


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_widget_has_a_name_a_reading_and_named_pictures(bench, name, language):
    page = bench.open(name, PAYLOADS[name](bench), language)
    root = page.locator(".lab-widget")
    assert root.get_attribute("role") == "group"
    assert root.get_attribute("aria-label")
    reading = picture(page)["reading"]
    assert len(reading) > 10
    for missing in ("undefined", "NaN", "{", "}"):
        assert missing not in reading
        assert missing not in root.inner_text()
    page.wait_for_function("(said) => document.querySelector('.reading').textContent === said", arg=reading)
    nameless = "canvas:not([role=img][aria-label]):not([aria-hidden=true]), button:not([aria-label]):empty"
    assert root.locator(nameless).count() == 0
