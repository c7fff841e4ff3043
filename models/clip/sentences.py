"""The sentences that a visitor wants to have compared with photos."""

from models.errors import InputError

MOST = 12
"""Sentences that are compared at once."""
STRAIGHT = str.maketrans("‘’“”", "''\"\"")
"""Of quotation marks and apostrophes, that which captions have."""


def lines(text: str) -> tuple[str, ...]:
    """The sentences, one a line. Raises InputError where there is none, or more than MOST."""
    found = tuple(line.strip() for line in text.translate(STRAIGHT).splitlines() if line.strip())
    if not found:
        raise InputError("image_text.empty")
    if len(found) > MOST:
        raise InputError("image_text.many", count=len(found), maximum=MOST)
    return found
