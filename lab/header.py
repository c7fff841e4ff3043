"""What stands above all exhibits, and the start page: plain HTML from the records and their words.

assets/widgets/core/page.js and navigation.js give it life.
"""

from html import escape

from lab.exhibit import Exhibit
from lab.exhibits import EXHIBITS, GROUPS
from lab.menu import button, menu
from lab.text import LANGUAGES, Text

START = "start"
"""The name of the start page among the exhibits."""
TAGS = {"en": "en", "zh": "zh-CN"}
"""Of the languages, as browsers know them."""
PATHS = {"en": "./", "zh": "zh"}
"""Of the pages."""
TOOLS = {"cover": "▦", "link": "#", "keys": "?", "theme": "◐", "presenter": "⤢"}
"""The header's buttons and their signs; some are seen in presenter mode only."""
KEYS = {
    "presenter": "F",
    "cover": "B",
    "restart": "R",
    "theme": "T",
    "language": "L",
    "keys": "H",
    "clicker": "PageDown PageUp",
    "play": "␣",
    "step": "[ ]",
    "move": "← → ↑ ↓",
    "leave": "Esc",
}
SAID = ("copied", "own", "denied", "unknown")
"""What the header says of links."""
HEADER = """<header class="lab-header" lang="{code}" data-cover="{covered}">
<h1><a href="{path}#{start}" data-exhibit="{start}" title="{start_hint}">{title}</a></h1>
<p class="tagline">{tagline}</p>
<nav class="lab-exhibits" aria-label="{exhibits}">{groups}
<select class="lab-menu" aria-label="{exhibits}">{menu}</select></nav>
<div class="lab-tools"><a class="lab-language" href="{other_path}" hreflang="{other_code}" lang="{other_code}"
title="{language_hint}">{language}</a>{take}{tools}</div>
<p class="lab-said" role="status" {said}></p>
<p class="lab-lost" role="alert">{lost}</p>
<dialog class="lab-keys" aria-label="{keys}"><h2>{keys}</h2><dl>{rows}</dl>
<label><input type="checkbox" class="lab-shortcuts">{shortcuts}</label>
<button type="button" class="lab-close">{close}</button></dialog></header>"""


def header(text: Text) -> str:
    """Title, exhibits, the page's buttons, and the list of keys."""
    (other,) = {*LANGUAGES} - {text.language}
    words = {key: escape(line) for key, line in text.section("page").items()}
    places = {
        "code": TAGS[text.language],
        "path": PATHS[text.language],
        "start": START,
        "other_path": PATHS[other],
        "other_code": TAGS[other],
        "groups": "".join(group_of_links(group, exhibits, text) for group, exhibits in GROUPS.items()),
        "menu": option(START, words["start"])
        + "".join(group_of_options(group, exhibits, text) for group, exhibits in GROUPS.items()),
        "tools": "".join(tool(name, sign, words) for name, sign in TOOLS.items()),
        "take": menu(text),
        "said": " ".join(f'data-{one}="{words[f"link_{one}"]}"' for one in SAID),
        "rows": "".join(f"<dt><kbd>{cap}</kbd></dt><dd>{words[f'key.{key}']}</dd>" for key, cap in KEYS.items()),
    }
    return HEADER.format(**words | places)


def tool(name: str, sign: str, words: dict[str, str]) -> str:
    """A button that does one of the page's duties."""
    return button(f'data-lab="{name}"', sign, words[name], words[f"{name}_hint"])


def group_of_links(group: str, exhibits: tuple[Exhibit, ...], text: Text) -> str:
    """The exhibits of a group side by side, below its name."""
    links = "".join(link(exhibit.name, "", escape(text(f"{exhibit.name}.tab")), text) for exhibit in exhibits)
    heading = escape(text(f"page.group.{group}"))
    return f'<div class="group" role="group" aria-label="{heading}"><span>{heading}</span><div>{links}</div></div>'


def group_of_options(group: str, exhibits: tuple[Exhibit, ...], text: Text) -> str:
    """The same in a menu, for a phone and for presenter mode."""
    options = "".join(option(exhibit.name, escape(text(f"{exhibit.name}.tab"))) for exhibit in exhibits)
    return f'<optgroup label="{escape(text(f"page.group.{group}"))}">{options}</optgroup>'


def option(name: str, words: str) -> str:
    """An exhibit in the menu."""
    chosen = " selected" if name == EXHIBITS[0].name else ""
    return f'<option value="{name}"{chosen}>{words}</option>'


def link(exhibit: str, view: str, words: str, text: Text) -> str:
    """A link to an exhibit, or a view of it, as the visitor left it."""
    address = f"{PATHS[text.language]}#{exhibit}" + (f"/{view}" if view else "")
    return f'<a href="{address}" data-exhibit="{exhibit}" data-view="{view}">{words}</a>'


def start(text: Text) -> str:
    """The start page: for each exhibit what it asks, and its views."""
    groups = "".join(
        f"<section><h2>{escape(text(f'page.group.{group}'))}</h2>"
        f"{''.join(card(one, text) for one in exhibits)}</section>"
        for group, exhibits in GROUPS.items()
    )
    return f'<div class="lab-start"><p>{escape(text("page.start_about"))}</p>{groups}</div>'


def tabs(exhibit: Exhibit, text: Text) -> dict[str, str]:
    """The words on an exhibit's tabs without their numbers, by view; none where it has one view only."""
    views = [view.name for _, view in exhibit.views.values() if not view.aside]
    words = {view: text(f"{exhibit.name}.view.{view}.tab") for view in views if len(views) > 1}
    return {view: tab.split("·")[-1].strip() for view, tab in words.items()}


def card(exhibit: Exhibit, text: Text) -> str:
    """An exhibit of the start page."""
    name = exhibit.name
    links = "".join(f"<li>{link(name, view, escape(words), text)}</li>" for view, words in tabs(exhibit, text).items())
    title = link(name, "", escape(text(f"{name}.tab")), text)
    return f"<article><h3>{title}</h3><p>{escape(text(f'{name}.asks'))}</p><ul>{links}</ul></article>"
