"""What a caption asks for, read by the grammar that captions are made with; and which of it a picture has."""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from models.errors import InputError
from models.scenes import captions
from models.scenes.world import COLOURS, RELATIONS, SHAPES, SIZES, Scene, Thing

MARK = "@"
"""Stands for a thing while the rest of a caption is read."""
SHOWN = 6
"""Unknown words that are named."""
Check = tuple[str, str, str]
"""What is asked about ("size", "colour", "shape", "places"), what the caption says, what the picture has ("": none)."""


@dataclass(frozen=True)
class Asked:
    """A scene as far as a caption says it; an empty string for what it leaves out."""

    things: tuple[Thing, ...]
    where: str

    def scene(self) -> Scene:
        """The first scene that fits: what is left out is the first of its kind."""
        size, colour, place = (next(iter(kind)) for kind in (SIZES, COLOURS, captions.EN_PLACES))
        things = (Thing(thing.size or size, thing.colour or colour, thing.shape) for thing in self.things)
        return Scene(tuple(things), self.where or place)

    def checks(self, found: Mapping[str, Thing]) -> tuple[Check, ...]:
        """Everything that is asked, beside what a picture has `found` by its places."""
        places = RELATIONS[self.where] if len(self.things) == 2 else (self.where,) if self.where else sorted(found)[:1]
        rows = [("places", _said(places), _said(found))] if self.where else []
        for place, thing in zip(places or [""], self.things, strict=True):
            seen = found.get(place)
            said = {name: getattr(thing, name) for name in ("size", "colour", "shape")}
            rows += [(name, word, getattr(seen, name, "")) for name, word in said.items() if word]
        return tuple(rows)


def words(reader: Any, caption: str) -> list[str]:
    """The tokens of a caption. Raises InputError for one without words, with unknown words or too many."""
    found = reader(caption, return_offsets_mapping=True, split_special_tokens=True, verbose=False)
    unknown = [
        caption[slice(*span)]
        for token, span in zip(found.input_ids, found.offset_mapping, strict=True)
        if token == reader.unk_token_id
    ]
    if unknown:
        named = list(dict.fromkeys(word[:20] for word in unknown))
        raise InputError("scenes.unknown", words=", ".join(named[:SHOWN]) + (" …" if len(named) > SHOWN else ""))
    if not found.input_ids:
        raise InputError("scenes.empty")
    if len(found.input_ids) > captions.ROOM:
        raise InputError("scenes.long", tokens=len(found.input_ids), maximum=captions.ROOM)
    return reader.convert_ids_to_tokens(found.input_ids)


def read(tokens: Iterable[str]) -> Asked | None:
    """What a caption asks for, from its tokens; None where the grammar would not have said it so."""
    said = re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", " ".join(tokens))
    things = list[Thing]()

    def name(match: re.Match[str]) -> str:
        words = [word for word in match.groups() if word]
        size, colour, shape = (next((table[word] for word in words if word in table), "") for table in _names())
        things.append(Thing(size, colour, shape))
        return MARK

    for way in _ways():
        said = way.sub(name, said)
    where, turned = _frames().get(said, (None, False))
    return None if where is None else Asked(tuple(things[::-1] if turned else things), where)


def _said(places: Iterable[str]) -> str:
    return " ".join(sorted(places))


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Sizes, colours and shapes by every word for them."""
    sizes = {word: size for size, words in captions.EN_SIZES.items() for word in (*words, captions.ZH_SIZES[size])}
    colours, shapes = (
        {name: name for name in own} | {chinese[name]: name for name in own}
        for own, chinese in ((COLOURS, captions.ZH_COLOURS), (SHAPES, captions.ZH_SHAPES))
    )
    return sizes, colours, shapes


@lru_cache(maxsize=1)
def _ways() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How a thing is named, in English and in Chinese."""
    size, colour, shape = ("|".join(sorted(words, key=len, reverse=True)) for words in _names())
    english = re.compile(rf"(?:\ba )?(?:\b({size}) )?(?:\b({colour}) )?\b({shape})\b")
    chinese = re.compile(rf"(?:一个)?(?:({size})的?)?(?:({colour})(?:色的?)?)?({size})?({shape})")
    return english, chinese


@lru_cache(maxsize=1)
def _frames() -> dict[str, tuple[str, bool]]:
    """What is left of a caption when its things are marked: where they are, and whether the second is said first."""
    found, inverse = {MARK: ("", False)}, {other: how for how, other in captions.INVERSE.items()}
    for ways, places in ((captions.EN_AT, captions.EN_PLACES), (captions.ZH_AT, captions.ZH_PLACES)):
        for place, words in places.items():
            found |= dict.fromkeys(_filled(ways, words), (place, False))
    for ways, relations in ((captions.EN_RELATED, captions.EN_RELATIONS), (captions.ZH_RELATED, captions.ZH_RELATIONS)):
        for (how, words), way in itertools.product(relations.items(), ways):
            in_order = way.index("{first}") < way.index("{second}")
            turned = (how in inverse) == in_order
            found |= dict.fromkeys(_filled([way], words), (inverse.get(how, how), turned))
    return found


def _filled(ways: Iterable[str], words: str | Iterable[str]) -> list[str]:
    """Each way with each word; Chinese has one."""
    several = [words] if isinstance(words, str) else words
    return [way.format(first=MARK, second=MARK, where=word) for way in ways for word in several]
