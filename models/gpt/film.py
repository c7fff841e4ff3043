"""What a model wrote while it was trained: the record that its recipe left beside the weights."""

import json
from typing import Any

import numpy as np

from models.checkpoint import OpenModel, find
from models.errors import InputError
from models.hub import read_json
from models.progress import NO_PROGRESS, Progress
from models.traces import TrainingFilmTrace, VerseRates

HISTORY, RECIPE, VERSE = "history.json", "recipe.json", "verse.json"
RATES = ("written", "corpus", "shuffled")


def trace(model: OpenModel, progress: Progress = NO_PROGRESS) -> TrainingFilmTrace:
    """The rows of the history. Raises InputError for a model without one, or with one of another form."""
    folder = find(model.reference)
    progress.beat()
    try:
        rows = json.loads((folder / HISTORY).read_text(encoding="utf-8"))
        return TrainingFilmTrace(
            model=model.reference,
            step=np.array([row["step"] for row in rows], int),
            val_loss=np.array([row["val_loss"] for row in rows], float),
            text=tuple(str(row["text"]) for row in rows),
            vocabulary=model.model.config.vocab_size,
            test=float(read_json(folder / RECIPE)["test"]["nats"]),
            verse=_verse(read_json(folder / VERSE)),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError("generation.no_history", reference=model.reference) from error


def _verse(counted: dict[str, Any]) -> tuple[VerseRates, ...]:
    """What models/gpt/verse.py counted, where it did; the shuffled poems are those of the corpus."""
    poems = {of: int(counted["poems"]["written" if of == "written" else "corpus"]) for of in RATES if counted}
    return tuple(VerseRates(of, count, **counted[of]) for of, count in poems.items())
