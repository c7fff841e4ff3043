"""data-dependence: how the accuracy of a CNN, a ViT and a Swin of equal size depends on the number of pictures.

What it does: three small networks from scratch, at 64 px, on 5 to 100 % of Imagenette's 9,469 training pictures; every
run takes the same number of steps, so a smaller share is seen more often, not trained less. Equal are parameters,
steps, batches and augmentation; multiply-adds are not, nor the optimiser: each family has that of its shipped recipe.
What it costs: 27 runs, about two hours on two idle CPU cores; finished runs and the running one are resumed.
What it reaches: recipe.json says. It is the accuracy after the last step, and none is measured before.
Run: python -m models.cnn_vs_attention.data_efficiency --data DIR
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import torch

from models import classification, imagenette, training
from models.checkpoint import BUNDLED
from models.classification import Dataset
from models.cnn_vs_attention.parameters import multiply_adds, parameters
from models.progress import NO_PROGRESS, Progress
from models.resnet import train as resnet
from models.shipped import whole
from models.swin import train as swin
from models.traces import DataEfficiencyTrace
from models.vit import train as vit

NAME = "data-dependence"
FINISHED = "finished.json"
"""The rows of the finished runs."""
FAMILIES: dict[str, ModuleType] = {"resnet": resnet, "vit": vit, "swin": swin}
"""The recipes that build each family and name the matrices that Muon trains."""
SHARED: dict[str, Any] = {"schedule": ((64, 5),), "image_size": 64, "batch_size": 48}
"""What the three networks have in common; an epoch here is `Recipe.epoch_steps` steps."""
RESNET = resnet.Recipe(**SHARED, widths=(36, 72, 144), depths=(2, 2, 2))
VIT = vit.Recipe(**SHARED, patch_size=8, n_embd=96, n_layer=8, n_head=3)
SWIN = swin.Recipe(**SHARED, n_embd=40, depths=(2, 2, 2), n_head=(2, 4, 8), drop_path=0.0)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data."""

    shares: tuple[float, ...] = (0.05, 0.1, 0.25, 0.5, 1.0)
    """Of the training pictures."""
    seed: int = 1
    """Of the runs of every share: it draws the pictures, the first weights and the batches."""
    extra_shares: tuple[float, ...] = (0.05, 1.0)
    extra_seeds: tuple[int, ...] = (2, 3)
    """Further runs of the extra shares, to see the spread; at a share of 1 they all have the same pictures."""
    epoch_steps: int = 300
    """Steps between two saves of a run's state."""
    resnet: classification.Recipe = RESNET
    vit: classification.Recipe = VIT
    swin: classification.Recipe = SWIN

    @property
    def steps(self) -> int:
        """Optimiser steps of every run."""
        return self.epoch_steps * len(self.vit.sizes)


RECIPE = Recipe()


class Run(NamedTuple):
    """One training."""

    family: str
    share: float
    seed: int


def runs(recipe: Recipe) -> list[Run]:
    """Every run once, in an order that tells most when cut short: the extra shares first, the extra seeds last."""
    shares = sorted(recipe.shares, key=lambda share: share not in recipe.extra_shares)
    first = [(share, recipe.seed) for share in shares]
    extra = [(share, seed) for seed in recipe.extra_seeds for share in recipe.extra_shares]
    return [Run(family, share, seed) for share, seed in first + extra for family in FAMILIES]


def subset(labels: torch.Tensor, share: float, seed: int) -> torch.Tensor:
    """Indices of a `share` of the pictures: of every class the same share, to one picture, and all of a smaller share.

    labels: (image,). Each class is shuffled by the seed; the pictures are then taken in order of their place within
    their class, as a share of it.
    """
    generator = torch.Generator().manual_seed(seed)
    place = torch.empty(len(labels), dtype=torch.float64)
    for label in labels.unique():
        members = torch.nonzero(labels == label)[:, 0]
        order = torch.randperm(len(members), generator=generator)
        place[members[order]] = (torch.arange(len(members), dtype=torch.float64) + 0.5) / len(members)
    return place.argsort(stable=True)[: round(share * len(labels))]


def train_all(recipe: Recipe, train_set: Dataset, val_set: Dataset, folder: Path) -> list[dict]:
    """Train every run; returns a row for each: family, share, seed, n_image, val_accuracy and seconds.

    folder: for the finished runs (FINISHED) and the state of the running one, from which a later call goes on.
    """
    finished = folder / FINISHED
    rows: list[dict] = json.loads(finished.read_text(encoding="utf-8")) if finished.exists() else []
    done = {(row["family"], row["share"], row["seed"]) for row in rows}
    for run in runs(recipe):
        if run in done:
            continue
        print(json.dumps(run._asdict()), flush=True)
        chosen = subset(train_set[1], run.share, run.seed)
        network = replace(getattr(recipe, run.family), seed=run.seed)
        running = folder / f"{run.family}-{run.share:g}-{run.seed}.pt"
        part = train_set[0][chosen], train_set[1][chosen]
        build, hidden = FAMILIES[run.family].build, FAMILIES[run.family].MUON_PARAMETERS
        _, history = classification.train(build, network, hidden, part, val_set, running, recipe.epoch_steps)
        reached = {"n_image": len(chosen), "val_accuracy": history[-1]["val_accuracy"]}
        rows.append({**run._asdict(), **reached, "seconds": sum(row["seconds"] for row in history)})
        partial = finished.with_suffix(".json.part")
        training.write_json(partial, rows)
        partial.rename(finished)
        running.unlink()
    return rows


def network_sizes(recipe: Recipe) -> dict[str, dict[str, int]]:
    """Parameters, and multiply-adds of one picture, of each family's network."""
    side = recipe.vit.image_size
    models = {family: module.build(getattr(recipe, family)).eval() for family, module in FAMILIES.items()}
    return {
        "parameters": {family: parameters(model) for family, model in models.items()},
        "multiply_adds": {family: multiply_adds(model, (side, side)) for family, model in models.items()},
    }


def record(recipe: Recipe, rows: list[dict], data: dict[str, str]) -> dict[str, Any]:
    """What recipe.json says of the finished runs. data: the fingerprints of the pictures."""
    return {
        "recipe": asdict(recipe),
        "data": data,
        "device": training.machine(),
        "torch": torch.__version__,
        "hours": round(sum(row["seconds"] for row in rows) / 3600, 2),
        "steps": recipe.steps,
        **network_sizes(recipe),
        "runs": [{key: value for key, value in row.items() if key != "seconds"} for row in rows],
    }


def read(progress: Progress = NO_PROGRESS) -> DataEfficiencyTrace:
    """The finished runs that come with the lab."""
    progress.beat()
    return recorded(whole(BUNDLED / NAME))


@lru_cache(maxsize=1)
def recorded(folder: Path) -> DataEfficiencyTrace:
    """The finished runs whose recipe.json is in `folder`. Raises FileNotFoundError when there is none."""
    report = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    seen: dict[tuple[str, float], list[float]] = defaultdict(list)
    for row in report["runs"]:
        seen[row["family"], row["share"]].append(row["val_accuracy"])
    n_image = {row["share"]: row["n_image"] for row in report["runs"]}
    families, shares = tuple(report["parameters"]), sorted(n_image)

    def over_seeds(summary: Callable[[list[float]], float]) -> np.ndarray:
        return np.array([[summary(seen[family, share]) for share in shares] for family in families])

    return DataEfficiencyTrace(
        family=families,
        device=report["device"],
        steps=report["steps"],
        parameters=np.array([report["parameters"][family] for family in families]),
        multiply_adds=np.array([report["multiply_adds"][family] for family in families]),
        share=np.array(shares),
        n_image=np.array([n_image[share] for share in shares]),
        n_seed=np.array([len(seen[families[0], share]) for share in shares]),
        mean=over_seeds(fmean),
        lowest=over_seeds(min),
        highest=over_seeds(max),
    )


def main() -> None:
    """The command line: train what is missing, then write recipe.json."""
    arguments = classification.start(NAME, RECIPE, __doc__)
    data, folder = arguments.data, arguments.state.with_suffix("")
    for made in (arguments.out, folder):
        made.mkdir(parents=True, exist_ok=True)
    rows = train_all(RECIPE, imagenette.load(data, "train"), imagenette.load(data, "val"), folder)
    training.write_json(arguments.out / "recipe.json", record(RECIPE, rows, imagenette.sha256(data)))


if __name__ == "__main__":
    main()
