"""Captions with one thing made wrong by rule: what a model has to understand to tell them from the right ones.

As in FOIL (Shekhar et al. 2017) and VALSE (Parcalabescu et al. 2022), but by rule alone. No torch.
"""

import re

from models.traces import FOIL_KINDS

CHANGES: dict[str, dict[str, dict[str, str]]] = {
    "en": {
        "count": {"two": "three", "three": "two", "four": "two", "five": "three", "one": "two"},
        "colour": {
            "red": "blue",
            "blue": "red",
            "white": "black",
            "black": "white",
            "green": "yellow",
            "yellow": "green",
            "brown": "white",
            "orange": "blue",
            "pink": "green",
            "purple": "yellow",
        },
        "who": {
            "man": "woman",
            "woman": "man",
            "men": "women",
            "women": "men",
            "boy": "girl",
            "girl": "boy",
            "boys": "girls",
            "girls": "boys",
        },
        "place": {
            "in front of": "behind",
            "behind": "in front of",
            "over": "under",
            "under": "over",
            "up": "down",
            "down": "up",
            "into": "out of",
            "left": "right",
            "right": "left",
        },
        "negation": {"is": "is not", "are": "are not"},
    },
    "zh": {
        "count": {"两": "三", "三": "两", "四": "两", "五": "三"},
        "colour": {"红": "蓝", "蓝": "红", "白": "黑", "黑": "白", "绿": "黄", "黄": "绿", "棕": "白", "橙": "蓝"},
        "who": {"男": "女", "女": "男"},
        "place": {"前": "后", "后": "前", "上": "下", "下": "上", "里": "外", "左": "右", "右": "左"},
        "negation": {"在": "没在", "正在": "没有"},
    },
}
"""By language and kind: what stands there, and what is put in its place."""
ACTORS = {
    "en": ("man", "woman", "boy", "girl", "dog", "child", "person", "baby", "lady"),
    "zh": ("男人", "女人", "男孩", "女孩", "狗", "孩子"),
}
"""Those of whom two change places for the kind "order"."""


def foil(text: str, language: str, kind: str) -> str | None:
    """A caption with its first word of a kind changed; None where it has no such word.

    kind: one of FOIL_KINDS; "order" lets the first two different actors change places.
    """
    if kind == "order":
        return _exchanged(text, language)
    changes = CHANGES[language][kind]
    found = _words(changes, language).search(text)
    if not found:
        return None
    new = changes[found[0].lower()]
    new = new.capitalize() if found[0][0].isupper() else new
    return text[: found.start()] + new + text[found.end() :]


def foils(text: str, language: str) -> dict[str, str]:
    """All that can be made of a caption, by kind."""
    made = {kind: foil(text, language, kind) for kind in FOIL_KINDS}
    return {kind: one for kind, one in made.items() if one}


def _exchanged(text: str, language: str) -> str | None:
    actors = list(_words(ACTORS[language], language).finditer(text))
    first = actors[0] if actors else None
    second = next((one for one in actors if first and one[0].lower() != first[0].lower()), None)
    if not first or not second:
        return None
    between = text[first.end() : second.start()]
    return text[: first.start()] + second[0] + between + first[0] + text[second.end() :]


def _words(words: dict[str, str] | tuple[str, ...], language: str) -> re.Pattern[str]:
    """Any of some words, the longest first; English ones as whole words, in either case."""
    either = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"\b(?:{either})\b", re.IGNORECASE) if language == "en" else re.compile(either)
