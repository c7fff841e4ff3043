"""Tokens in a sentence."""

from lab.text import Text, plain


def shown(piece: str, text: Text) -> str:
    """A token as read/pieces.js names it: "·" for a space, "↵" for a new line, the page's word for the end."""
    if piece == "</s>":
        return text("generation.widget.shared.end")
    return plain(piece.replace("▁", "·").replace("\n", "↵").replace(" ", "·"))
