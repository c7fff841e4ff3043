"""What the recipes recovery.py, widths.py and finetune.py have recorded beside a translator's weights."""

from typing import Any

import numpy as np

from models.checkpoint import OpenModel, find
from models.errors import InputError
from models.hub import read_json
from models.progress import NO_PROGRESS, Progress
from models.traces import FINETUNING_WAYS, MISTAKES, FinetuneTrace, RecoveryTrace, WidthsTrace

RECOVERY, WIDTHS, FINETUNE = "recovery.json", "widths.json", "finetune.json"
FINETUNED = "marian-multi30k"
"""The translator that goes on learning."""
RECORDED = {"marian-multi30k": "multi30k", "marian-zh": "tatoeba"}
"""The translators that have a record, and the corpus of each; of marian-zh's two the one that people translated."""


def recovery(translator: OpenModel, progress: Progress = NO_PROGRESS) -> RecoveryTrace:
    """How a translator fares after a wrong token. Raises InputError where nothing was recorded of it."""
    found = _read(translator, RECOVERY, progress)
    kinds = [found[mistake] for mistake in MISTAKES]

    def rows(name: str) -> np.ndarray:
        return np.array([kind[name] for kind in kinds])

    return RecoveryTrace(
        model=translator.reference,
        corpus=RECORDED[translator.reference],
        sentences=found["sentences"],
        distance=np.arange(1, len(kinds[0]["divergence"]) + 1),
        reaching=np.array(found["reaching"]),
        divergence=rows("divergence"),
        lost=rows("lost"),
        positions=rows("positions"),
        unchanged=rows("unchanged"),
        changed=rows("changed"),
    )


def widths(translator: OpenModel, progress: Progress = NO_PROGRESS) -> WidthsTrace:
    """What wider beams bring a translator. Raises InputError where nothing was recorded of it."""
    found = _read(translator, WIDTHS, progress)
    table = found["by_penalty"]
    return WidthsTrace(
        model=translator.reference,
        corpus=RECORDED[translator.reference],
        sentences=found["sentences"],
        penalty=np.array([row["penalty"] for row in table]),
        width=np.array(found["widths"]),
        bleu=np.array([row["bleu"] for row in table]),
        length=np.array([row["length"] for row in table]),
        log_prob=np.array([row["log_prob"] for row in table]),
        **found["likeness"],
    )


def finetune(progress: Progress = NO_PROGRESS) -> FinetuneTrace:
    """What further training brought FINETUNED, by strategy and seed."""
    progress.beat()
    found = read_json(find(FINETUNED) / FINETUNE)
    strategies, seeds = found["recipe"]["strategies"], range(1, found["recipe"]["seeds"] + 1)
    runs = {(row["strategy"], row["seed"]): row for row in found["runs"]}

    def column(*names: str) -> np.ndarray:
        rows = [[[runs[strategy, seed][name] for name in names] for seed in seeds] for strategy in strategies]
        return np.array(rows)

    return FinetuneTrace(
        model=FINETUNED,
        sentences=found["sentences"],
        steps=found["recipe"]["steps"],
        strategy=tuple(strategies),
        bleu_before=np.array([found["before"][way] for way in FINETUNING_WAYS]),
        bleu=column(*FINETUNING_WAYS),
        right_before=np.array(found["before"]["by_position"]),
        right=column("by_position")[:, :, 0],
        calibration_before=found["before"]["calibration"],
        calibration=column("calibration")[..., 0],
        seconds=column("seconds")[..., 0],
    )


def _read(translator: OpenModel, name: str, progress: Progress) -> dict[str, Any]:
    progress.beat()
    if translator.reference not in RECORDED:
        known = ", ".join(RECORDED)
        raise InputError("strategies.no_record", reference=translator.reference, known=known)
    return read_json(find(translator.reference) / name)
