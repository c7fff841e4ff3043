"""What a link says of an exhibit: the inputs that are not as the page sets them, as short texts, and back."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from lab.exhibit import Exhibit
from lab.question import with_followers
from models.errors import InputError

MAX_TEXT = 100_000
"""Characters of one value: as many as the longest input takes."""


class Link(NamedTuple):
    """What a link asks for: every input's value as it is sent, and the names of those that it has in vain."""

    sent: dict[str, Any]
    left_out: tuple[str, ...]


def write(exhibit: Exhibit, asked: Mapping[str, Any]) -> dict[str, str]:
    """The texts of what was asked, by input, where they are others than a link without them would give."""
    leaders = {one.follows for one in exhibit.inputs if one.follows}
    expected = with_followers(exhibit, {name: asked[name] for name in leaders})
    expected |= {name: exhibit.input(name).default for name in leaders}
    changed = [one for one in exhibit.inputs if asked[one.name] not in (None, expected[one.name])]
    texts = {}
    for one in changed:
        with suppress(InputError, OSError):  # a photo whose file has gone
            texts[one.name] = one.written(asked[one.name])
    return {name: text for name, text in texts.items() if text != exhibit.input(name).written(expected[name])}


def read(exhibit: Exhibit, texts: Any) -> Link:
    """The values of a link; what cannot be used is left out, and the page's own stands in its place."""
    given = texts if isinstance(texts, Mapping) else {}
    names = {one.name for one in exhibit.inputs}
    values, left_out = {}, [str(name)[:80] for name in given if name not in names]
    for one in exhibit.inputs:
        if one.name not in given:
            continue
        try:
            if len(given[one.name]) > MAX_TEXT:
                raise ValueError(one.name)
            value = one.read(given[one.name])
            one.checked(value)
            values[one.name] = value
        except (InputError, RecursionError, TypeError, ValueError):
            left_out.append(one.name)
    return Link(with_followers(exhibit, values), tuple(left_out))
