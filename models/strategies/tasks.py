"""What the small models learn: pairs of a source and a target, both short lines of characters."""

import random
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import NamedTuple

from models.checkpoint import BUNDLED
from models.errors import InputError
from models.shipped import whole
from models.strategies.spelled import chinese_date, chinese_number, english_date, english_number
from models.translation.vocabulary import WORDS

MAX_SOURCE, MAX_TARGET = 40, 20
"""Characters of a visitor's own pair."""
LEAST, MOST = 8, 200
"""A visitor's own pairs."""
TRAINED, HELD_OUT = 4000, 100
"""Pairs of a task that is made here."""
DRAWN = 0
"""The seed of the pairs: they are the same for every seed of a training."""
SEPARATOR = r"\t|[=＝][>＞]|->|→|⇒"

Pair = tuple[str, str]


class Lesson(NamedTuple):
    """Pairs to learn from, and others that are only asked."""

    learned: tuple[Pair, ...]
    held_out: tuple[Pair, ...]


def lesson(task: str, own: str) -> Lesson:
    """The pairs of a task; no source is both learned and asked.

    own: a visitor's pairs, a line each, read where the task is "own". Raises InputError as `read` does.
    """
    if task == "own":
        return _held_out(read(own))
    draws, make = random.Random(DRAWN), MAKERS[task]
    found = dict(make(draws) for _ in range(2 * (TRAINED + HELD_OUT)))
    pairs = list(found.items())[: TRAINED + HELD_OUT]
    return Lesson(tuple(pairs[HELD_OUT:]), tuple(pairs[:HELD_OUT]))


def _held_out(pairs: list[Pair]) -> Lesson:
    """A fifth of the pairs, drawn, is only asked."""
    asked = {*random.Random(DRAWN).sample(pairs, len(pairs) // 5)}
    return Lesson(tuple(pair for pair in pairs if pair not in asked), tuple(pair for pair in pairs if pair in asked))


def read(text: str) -> list[Pair]:
    """A visitor's pairs, "cat => cats", a line each; a tab or an arrow stands between.

    Raises InputError for a line without two sides, a long one, a source that comes twice, too few pairs and too many.
    """
    pairs: dict[str, str] = {}
    for at, line in enumerate(unicodedata.normalize("NFC", text.removeprefix("\ufeff")).splitlines(), 1):
        if not line.strip():
            continue
        sides = [" ".join(side.split()) for side in re.split(SEPARATOR, line.strip("\r\n "), maxsplit=1)]
        if len(sides) < 2 or not all(sides):
            raise InputError("strategies.sides", line=at, text=line.strip()[:60])
        source, target = sides
        if not (source + target).isprintable():
            raise InputError("strategies.unprintable", line=at)
        if len(source) > MAX_SOURCE or len(target) > MAX_TARGET:
            raise InputError("strategies.long", line=at, source=MAX_SOURCE, target=MAX_TARGET)
        if source in pairs:
            raise InputError("strategies.twice", line=at, text=source)
        pairs[source] = target
        if len(pairs) > MOST:
            raise InputError("strategies.many", most=MOST)
    if len(pairs) < LEAST:
        raise InputError("strategies.few", count=len(pairs), least=LEAST)
    return list(pairs.items())


def _number(spell: Callable[[int], str], digits: int) -> Callable[[random.Random], Pair]:
    """Numbers of up to so many digits; short ones are not drowned by long ones."""

    def make(draws: random.Random) -> Pair:
        number = draws.randrange(10 ** draws.randint(1, digits))
        return spell(number), str(number)

    return make


def _date(spell: Callable[[date], str]) -> Callable[[random.Random], Pair]:
    """Days of two centuries."""
    first, last = date(1900, 1, 1).toordinal(), date(2099, 12, 31).toordinal()

    def make(draws: random.Random) -> Pair:
        day = date.fromordinal(draws.randint(first, last))
        return spell(day), day.isoformat()

    return make


def _backwards(draws: random.Random) -> Pair:
    """A word of the captions that marian-multi30k was trained on, and its letters from the last to the first."""
    word = draws.choice(_words())
    return word, word[::-1]


@cache
def _words() -> tuple[str, ...]:
    path = whole(BUNDLED / "marian-multi30k") / WORDS
    return tuple(word for word in path.read_text(encoding="utf-8").split() if re.fullmatch("[a-z]{3,9}", word))


MAKERS: dict[str, Callable[[random.Random], Pair]] = {
    "english_numbers": _number(english_number, 4),
    "chinese_numbers": _number(chinese_number, 6),
    "english_dates": _date(english_date),
    "chinese_dates": _date(chinese_date),
    "backwards": _backwards,
}
"""What makes a pair, by task."""
