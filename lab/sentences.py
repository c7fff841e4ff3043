"""Sentences to try, with a person's translations: assets/sentences.toml."""

import tomllib
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "assets" / "sentences.toml"
SENTENCES: list[dict[str, str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["sentence"]


def examples(language: str) -> list[str]:
    """The English sentences that have a translation into `language`."""
    return [sentence["en"] for sentence in SENTENCES if language in sentence]


def reference(sentence: object, language: str) -> str:
    """The translation of an example, or nothing for anything else."""
    wanted = str(sentence).strip()
    return next((known[language] for known in SENTENCES if known["en"] == wanted and language in known), "")
