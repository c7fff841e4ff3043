"""Measure bundled classifiers and translators again from their weights, and compare with what is recorded of them.

Run: python -m tools.recheck --data DIR [NAME ...] (DIR holds the data sets; 40 minutes for all on two cores). It
prints what differs and fails if anything does; with --write, recipe.json and predictions.npz say what was measured, and
SHA256SUMS lists that checkpoint as it is then.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

from models import classification, hub, imagenette, predictions, shipped
from models.checkpoint import BUNDLED, bundled
from models.families import CLASSIFIERS
from models.training import write_json
from models.translation import metrics
from models.translation.bundled import AUTOREGRESSIVE, NON_AUTOREGRESSIVE
from models.translation.corpus import corpus_of

RECORD = "recipe.json"


def family(name: str) -> str:
    """The class of a bundled checkpoint's model."""
    return hub.read_json(BUNDLED / name / hub.CONFIG)["architectures"][0]


def names() -> list[str]:
    """The bundled checkpoints that can be measured again here."""
    known = (*CLASSIFIERS, *AUTOREGRESSIVE, *NON_AUTOREGRESSIVE)
    return [name for name in bundled() if family(name) in known]


def measure(name: str, data: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The figures of a bundled checkpoint, as its record has them, and what it said."""
    kind = family(name)
    if kind in CLASSIFIERS:
        return classification.evaluate(BUNDLED / name, kind, imagenette.load(data, "val"))
    return metrics.evaluate(BUNDLED / name, corpus_of(name), data)


def follows(name: str) -> dict[str, Any]:
    """The figures that follow from what is stored of a bundled checkpoint, each by its place in the record."""
    said = predictions.read(BUNDLED / name)
    if family(name) in CLASSIFIERS:
        return classification.follows(said)
    return flat({place: metrics.follows(counted) for place, counted in said.items()})


def recorded(name: str) -> dict[str, Any]:
    """What the record of a bundled checkpoint says, each by its place in it."""
    return flat(hub.read_json(BUNDLED / name / RECORD))


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """The values of a record by their places in it, such as "flickr8k/test/greedy/bleu"."""
    found = {}
    for key, value in record.items():
        inner = (
            {f"{key}/{place}": one for place, one in flat(value).items()} if isinstance(value, dict) else {key: value}
        )
        found |= inner
    return found


def differences(name: str, figures: dict[str, Any], said: dict[str, np.ndarray]) -> list[str]:
    """Where the record of a bundled checkpoint and what is stored of it are not what was measured: a line each."""
    record, stored = recorded(name), predictions.read(BUNDLED / name)
    lines = [
        f"{place}: {record.get(place)} recorded, {value} measured"
        for place, value in flat(figures).items()
        if record.get(place) != value
    ]
    for place in sorted(said.keys() | stored.keys()):
        now, before = (of.get(place, np.empty(0)) for of in (said, stored))
        if now.shape != before.shape:
            lines.append(f"{place}: not of the same sentences or pictures")
        elif other := int((now != before).reshape(len(now), -1).any(1).sum()):
            lines.append(f"{place}: another answer to {other} of {len(now)}")
    return lines


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="*", help="such as vit-imagenette; all by default")
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--write", action="store_true", help="record what is measured, instead of comparing")
    arguments = parser.parse_args()
    lines: list[str] = []
    for name in arguments.name or names():
        figures, said = measure(name, arguments.data)
        if arguments.write:
            path = BUNDLED / name / RECORD
            write_json(path, hub.read_json(path) | figures)
            predictions.write(path.parent, said)
            shipped.write(BUNDLED, name)
            print(f"{name}: recorded", flush=True)
            continue
        lines += (found := [f"{name}: {line}" for line in differences(name, figures, said)])
        print("\n".join(found) or f"{name}: as recorded", flush=True)
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
