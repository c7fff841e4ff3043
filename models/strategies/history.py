"""How our own checkpoints were trained: the rows that each recipe left beside its weights, and its learning rate."""

import json
from typing import Any

import numpy as np

from models import training
from models.checkpoint import BUNDLED
from models.progress import NO_PROGRESS, Progress
from models.shipped import whole
from models.traces import MEASURED, HistoryTrace

TICKS = 400
"""Points of the learning rate."""


def trace(checkpoint: str, progress: Progress = NO_PROGRESS) -> HistoryTrace:
    """The history of a bundled checkpoint, one of HISTORIES."""
    progress.beat()
    rows, record = (_read(checkpoint, name) for name in ("history.json", "recipe.json"))
    recipe, unit = record["recipe"], "step" if "step" in rows[-1] else "epoch"
    measure = next(name for name in MEASURED if name in rows[-1])
    last = rows[-1][unit]
    done = np.linspace(0, last, TICKS, endpoint=False)
    return HistoryTrace(
        checkpoint=checkpoint,
        corpora=tuple(name for name, part in record.items() if isinstance(part, dict) and "split" in part),
        unit=unit,
        at=_column(rows, unit),
        loss=_column(rows, "loss"),
        measure=measure,
        value=_column(rows, measure),
        size=_column(rows, "size"),
        hours=float(record["hours"]),
        device=record["device"],
        done=done,
        rate=np.array([rate(recipe, at / last) for at in done]),
        peaks={name: recipe[f"{name}_lr"] for name in ("muon", "adamw") if recipe.get(f"{name}_lr")},
    )


def rate(recipe: dict[str, Any], progress: float) -> float:
    """The learning rate at `progress` in [0, 1) of a training as a share of its peak: linear warm-up and half a cosine,
    once or, by the recipe's cycles (epochs, peak), several times."""
    cycles = recipe.get("cycles", [[1, 1.0]])
    at = progress * sum(length for length, _ in cycles)
    for length, peak in cycles:
        if at < length:
            return peak * training.warmup_cosine(at / length, recipe["warmup"])
        at -= length
    return 0.0


def _read(checkpoint: str, name: str) -> Any:
    return json.loads((whole(BUNDLED / checkpoint) / name).read_text(encoding="utf-8"))


def _column(rows: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([row.get(name, np.nan) for row in rows], float)
