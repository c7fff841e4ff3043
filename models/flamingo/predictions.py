"""What the trained model made of the test photos, stored beside its weights, and the figures that follow from it.

Each photo is described three times in each language: as it is, with another photo in its place, and with gates closed.
Stored are the captions that the model wrote (captions.json), how many of their word sequences stand in what people
wrote, and how surprising each caption that people wrote was. Photos and people's captions are not.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models import bleu, predictions, training
from models.clip.flickr8k import LANGUAGES
from models.flamingo import write
from models.flamingo.captions import encode, plain
from models.flamingo.loss import by_caption, looking

WRITTEN = "captions.json"
SIGHTS = ("right", "other", "closed")
"""The photo itself; the next one of the split, whose captions are others; and gates multiplied by 0."""
TOKENS = {"en": "none", "zh": "zh"}
"""How sacrebleu splits captions: English ones are split by spaces already, Chinese ones by characters."""


def test(model: Any, tokenizer: Any, places: torch.Tensor, texts: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """What is stored of the photos of a split, and the captions written, by language and sight.

    places: (photo, place, feature). texts: what people wrote of each photo, by language.
    """
    stored: dict[str, np.ndarray] = {}
    written: dict[str, dict[str, list[str]]] = {}
    for language in LANGUAGES:
        said = encode(tokenizer, {language: texts[language]})
        people = [[plain(tokenizer, one) for one in some] for some in texts[language]]
        written[language] = {}
        for sight in SIGHTS:
            seen = places.roll(-1, 0) if sight == "other" else places
            factor = 0.0 if sight == "closed" else 1.0
            captions = write.captions(model, tokenizer, seen, language, factor)
            nats, tokens = by_caption(looking(model, seen, factor), said)
            stored |= {f"nats.{language}.{sight}": nats.numpy(), f"tokens.{language}": tokens.numpy()}
            stored[f"bleu.{language}.{sight}"] = bleu.counts(captions, people, TOKENS[language])
            written[language][sight] = captions
    return stored, written


def store(folder: Path, stored: dict[str, Any], written: Any) -> None:
    """Write both files."""
    predictions.write(folder, stored)
    training.write_json(folder / WRITTEN, written)


def figures(folder: Path) -> dict[str, dict[str, Any]]:
    """By language: BLEU-4 of what was written, and nats a token of what people wrote, by sight.

    And `sees`: how many of people's captions surprise less with the right photo than with another.
    """
    stored = predictions.read(folder)
    found = {}
    for language in LANGUAGES:
        nats = {sight: stored[f"nats.{language}.{sight}"].astype(np.float64) for sight in SIGHTS}
        tokens = stored[f"tokens.{language}"].sum()
        found[language] = {
            "bleu": {sight: bleu.score(stored[f"bleu.{language}.{sight}"])["bleu"] for sight in SIGHTS},
            "nats": {sight: round(float(some.sum() / tokens), 4) for sight, some in nats.items()},
            "sees": round(float((nats["right"] < nats["other"]).mean()), 4),
        }
    return found
