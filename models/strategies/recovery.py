"""How far one wrong token is felt, averaged over sentences that a translator did not learn from; recorded.

What it does: the first SENTENCES of val are translated greedily; in each output every token is replaced once, by the
second choice and by any token of the vocabulary (`wrong_token`), and what follows is counted by its distance.
Run: python -m models.strategies.recovery --data DIR; it writes recovery.json beside the weights.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from models import training
from models.checkpoint import BUNDLED, open_model
from models.strategies import wrong_token
from models.strategies.alignment import matches
from models.strategies.recorded import RECORDED, RECOVERY
from models.traces import MISTAKES, REMOVED, WrongTokenTrace
from models.translation.bundled import AUTOREGRESSIVE
from models.translation.corpus import CORPORA

SENTENCES, DISTANCES = 200, 12


def measure(found: list[WrongTokenTrace]) -> dict[str, Any]:
    """How many positions were made wrong, after how many nothing changed, the mean share that changed; by distance the
    mean divergence in nats and the share of the output's tokens that the other output has not."""
    changed = np.concatenate([one.changed[np.isfinite(one.changed)] for one in found])
    gone = [lost(one) for one in found]
    distances = range(1, DISTANCES + 1)
    return {
        "positions": len(changed),
        "unchanged": int((changed == 0).sum()),
        "changed": round(float(changed.mean()), 4),
        "divergence": [mean_at([one.divergence for one in found], distance) for distance in distances],
        "lost": [mean_at(gone, distance) for distance in distances],
    }


def reaching(found: list[WrongTokenTrace]) -> list[int]:
    """How many outputs go so far that a token can stand at each distance from another."""
    return [sum(len(one.output) > distance for one in found) for distance in range(1, DISTANCES + 1)]


def lost(one: WrongTokenTrace) -> np.ndarray:
    """Whether each later token of the output is missing after a wrong one, (position, later), as 0 and 1; nan up to the
    wrong token and where there was none."""
    found = np.full_like(one.divergence, np.nan)
    for at, row in enumerate(one.after):
        if one.wrong[at] != REMOVED:
            later = row[at + 1 :]
            kept = [place for place, _ in matches(one.output[at + 1 :].tolist(), later[later != REMOVED].tolist())]
            found[at, at + 1 :] = 1
            found[at, [at + 1 + place for place in kept]] = 0
    return found


def mean_at(tables: list[np.ndarray], distance: int) -> float:
    """The mean of what stands so far right of the diagonals."""
    there = np.concatenate([np.diagonal(table, distance) for table in tables if len(table) > distance])
    return round(float(np.nanmean(there)), 4)


def main() -> None:
    """The command line: measure every recorded translator anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the corpora")
    parser.add_argument("--out", type=Path, default=BUNDLED, help="the folder of the checkpoints")
    arguments = parser.parse_args()
    for name, corpus in RECORDED.items():
        translator = open_model(name, AUTOREGRESSIVE, "text")
        sentences = CORPORA[corpus].load(arguments.data, "val")[0][:SENTENCES]
        language = CORPORA[corpus].target
        found = {kind: [wrong_token.trace(one, language, translator, kind) for one in sentences] for kind in MISTAKES}
        record = {"sentences": len(sentences), "reaching": reaching(found[MISTAKES[0]])}
        training.write_json(arguments.out / name / RECOVERY, record | {kind: measure(found[kind]) for kind in MISTAKES})


if __name__ == "__main__":
    main()
