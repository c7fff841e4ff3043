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
    word = escape(text("take.button"))
    opens = button('popovertarget="lab-take"', "⤓", word, escape(text("take.hint")))
    return opens + f'<div popover id="lab-take" class="lab-take" aria-label="{word}" data-words="{words}">{items}</div>'


def button(does: str, sign: str, word: str, hint: str) -> str:
    """A button of the header: an attribute that says what it does, a sign, a word where there is room, a hint."""
    return (
        f'<button {does} type="button" title="{hint}">'
        f'<span aria-hidden="true">{sign}</span> <span class="word">{word}</span></button>'
    )
