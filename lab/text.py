"""One door for every visible string, in English and in Chinese: assets/text/<language>/<room>.toml."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from models.errors import InputError

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "text"
LANGUAGES = ("en", "zh")
BETWEEN = {"en": " ", "zh": ""}
"""What stands between two sentences: a full stop of Chinese has its own space."""


def plain(text: str) -> str:
    """Text that Markdown, HTML and charts show as it is, in one line: for what strangers wrote, as a model's labels.

    Punctuation becomes entities, which are never marks of a list, a link, a formula, an element or a chart's format.
    """
    return re.sub(r"[!-/:-@\[-`{-~]", lambda sign: f"&#{ord(sign[0])};", " ".join(text.split()))


@lru_cache
def table(language: str) -> dict[str, str]:
    """All strings of a language, flat: "patches.cut.title" -> text."""
    flat: dict[str, str] = {}

    def collect(prefix: str, node: dict) -> None:
        for key, value in node.items():
            if isinstance(value, dict):
                collect(f"{prefix}{key}.", value)
            else:
                flat[prefix + key] = value.strip("\n")

    for path in sorted((FOLDER / language).glob("*.toml")):
        collect(f"{path.stem}.", tomllib.loads(path.read_text(encoding="utf-8")))
    return flat


class Text:
    """The strings of one language: text("patches.cut.title"), text("photo.error.small", side=16)."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language must be one of {LANGUAGES}, not {language!r}")
        self.language = language

    def __call__(self, key: str, **details: object) -> str:
        return table(self.language)[key].format(**details) if details else table(self.language)[key]

    def sentences(self, *said: str) -> str:
        """Sentences, one after the other."""
        return BETWEEN[self.language].join(said)

    def has(self, key: str) -> bool:
        """Whether there are words for this key."""
        return key in table(self.language)

    def error(self, error: InputError, exhibit: str = "") -> str:
        """The sentence of an error: "photo.small" is [error] small in the text file "photo".

        An error that names an input gets that input's label in the exhibit; without an exhibit it keeps the name.
        """
        room, name = error.code.split(".", 1)
        details = dict(error.details)
        if exhibit and "input" in details:
            details["input"] = self(f"{exhibit}.input.{details['input']}")
        return self(f"{room}.error.{name}", **details)

    def label(self, name: str) -> str:
        """A class name in this language where the lab has a translation, else as the model gives it."""
        return table(self.language).get("label." + name.replace(" ", "_").lower(), name)

    def section(self, prefix: str) -> dict[str, str]:
        """The strings below a prefix, with the prefix taken off; what a widget needs."""
        start = prefix + "."
        return {key[len(start) :]: value for key, value in table(self.language).items() if key.startswith(start)}
