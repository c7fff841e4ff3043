"""The sentences that a visitor wants to have compared with photos."""

import unicodedata

from models.errors import InputError

MOST = 12
"""Sentences that are compared at once."""
STRAIGHT = str.maketrans("‘’“”", "''\"\"")
"""Of quotation marks and apostrophes, that which captions have."""
JOINER = "\N{ZERO WIDTH JOINER}"
"""Of the signs that only say how others are set, the one that emoji are joined with."""


def lines(text: str) -> tuple[str, ...]:
    """The sentences, one a line, without signs that cannot be seen.

    Raises InputError where there is none, or more than MOST.
    """
    shown = "".join(sign for sign in text.translate(STRAIGHT) if sign == JOINER or unicodedata.category(sign) != "Cf")
    found = tuple(line.strip() for line in shown.splitlines() if line.strip().strip(JOINER))
    if not found:
        raise InputError("image_text.empty")
    if len(found) > MOST:
        raise InputError("image_text.many", count=len(found), maximum=MOST)
    return found
