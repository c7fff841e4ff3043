"""What one can take away of the view that is open; assets/widgets/take does it."""

import json
from html import escape
from itertools import zip_longest

from lab.text import Text

KINDS = ("png", "svg", "json", "html", "print", "code")


def menu(text: Text) -> str:
    """The header's button and the menu that it opens, with the words that its script needs."""
    words = escape(json.dumps(text.section("take.word"), ensure_ascii=False))
    items = "".join(
        f'<button type="button" data-take="{kind}"{focus}>{escape(text(f"take.{kind}"))}</button>'
        for kind, focus in zip_longest(KINDS, (" autofocus",), fillvalue="")
    )
    hint, button = escape(text("take.hint")), escape(text("take.button"))
    return (
        f'<button type="button" popovertarget="lab-take" title="{hint}">'
        f'<span aria-hidden="true">⤓</span> <span class="word">{button}</span></button>'
        f'<div popover id="lab-take" class="lab-take" aria-label="{button}" data-words="{words}">{items}</div>'
    )
