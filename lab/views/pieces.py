"""Tokens in a sentence or at an axis."""

from lab.text import plain


def piece_name(piece: str, end: str) -> str:
    """A token as read/pieces.js names it: "·" for a space, "↵" for a new line, the page's word for the end."""
    if piece == "</s>":
        return end
    return plain(piece.replace("▁", "·").replace("\n", "↵").replace(" ", "·"))
