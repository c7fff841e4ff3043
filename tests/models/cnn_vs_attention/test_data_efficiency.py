"""All runs on sixteen random pictures, and the reading of a record made by hand."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from models import classification, imagenette, training
from models.checkpoint import BUNDLED
from models.cnn_vs_attention import data_efficiency
from models.cnn_vs_attention.data_efficiency import (
    FAMILIES,
    NAME,
    RECIPE,
    Recipe,
    Run,
    network_sizes,
    read,
    recorded,
    runs,
    subset,
    train_all,
)
from models.resnet import train as resnet
from models.swin import train as swin
from models.training import write_json
from models.vit import train as vit

SHARED = {"schedule": ((16, 2),), "image_size": 16, "batch_size": 4}
TINY = Recipe(
    shares=(0.25, 1.0),
    extra_shares=(0.25,),
    extra_seeds=(2,),
    epoch_steps=3,
    resnet=resnet.Recipe(**SHARED, widths=(8, 16), depths=(1, 1)),
    vit=vit.Recipe(**SHARED, patch_size=8, n_embd=12, n_layer=2, n_head=2),
    swin=swin.Recipe(**SHARED, window_size=2, n_embd=8, depths=(1, 1), n_head=(2, 2)),
)
PICTURES = torch.randint(0, 256, (16, 3, 20, 20), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
DATA = PICTURES, torch.arange(16) % 4


class Interrupted(Exception):
    """The machine went down."""


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")


def kept(function, results):
    """The same function; what it returns is also put on a list."""
    return lambda *arguments, **options: results.append(function(*arguments, **options)) or results[-1]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """All runs: their folder, their rows, every run's history and the steps of every run's AdamW."""
    folder, histories, optimizers, steps = tmp_path_factory.mktemp("state"), [], [], Counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_DEVICE", "cpu")
        patch.setattr(classification, "train", kept(classification.train, histories))
        patch.setattr(training, "optimizers", kept(training.optimizers, optimizers))
        hook = register_optimizer_step_post_hook(lambda optimizer, *_: steps.update([id(optimizer)]))
        rows = train_all(TINY, DATA, DATA, folder)
        hook.remove()
    return folder, rows, histories, [steps[id(adamw)] for *_, adamw in optimizers]


def labels():
    """Ten classes of unequal size, mixed."""
    sizes = torch.arange(10) * 17 + 80
    mixed = torch.arange(10).repeat_interleave(sizes)
    return mixed[torch.randperm(len(mixed), generator=torch.Generator().manual_seed(3))]


@pytest.mark.parametrize("seed", [1, 2])
def test_subsets_are_nested_stratified_and_of_the_right_size(seed):
    label, smaller = labels(), set()
    for share in RECIPE.shares:
        chosen = subset(label, share, seed).tolist()
        assert len(set(chosen)) == len(chosen) == round(share * len(label))
        assert smaller <= set(chosen)
        np.testing.assert_allclose(label[chosen].bincount(), share * label.bincount(), atol=1)
        smaller = set(chosen)


def test_the_seed_draws_the_subset():
    label = labels()
    assert torch.equal(subset(label, 0.1, 1), subset(label, 0.1, 1))
    common = set(subset(label, 0.1, 1).tolist()) & set(subset(label, 0.1, 2).tolist())
    assert len(common) < 0.3 * 0.1 * len(label)


def test_a_small_subset_is_shuffled_again_and_again():
    recipe = replace(TINY.vit, cutmix=0.0)
    made = list(classification.loader((PICTURES[:5], torch.arange(5)), recipe, 16, 7))
    assert [pixels.shape for pixels, _ in made] == [(4, 3, 16, 16)] * 7
    drawn = torch.cat([target.argmax(-1) for _, target in made])
    assert all(drawn[start : start + 5].unique().numel() == 5 for start in range(0, 25, 5))
    assert not torch.equal(drawn[:5], drawn[5:10]) or not torch.equal(drawn[5:10], drawn[10:15])


def test_every_run_takes_the_same_number_of_steps(swept):
    _, rows, _, steps = swept
    assert {row["n_image"] for row in rows} == {4, 16}
    assert steps == [TINY.steps] * 9 == [6] * 9


def test_every_run_is_trained_once_and_leaves_only_its_row(swept):
    folder, rows, *_ = swept
    assert [(row["family"], row["share"], row["seed"]) for row in rows] == runs(TINY)
    assert [row["n_image"] for row in rows] == [4] * 3 + [16] * 3 + [4] * 3
    assert all(0 <= row["val_accuracy"] <= 1 and row["seconds"] >= 0 for row in rows)
    assert [path.name for path in folder.iterdir()] == ["finished.json"]
    assert json.loads((folder / "finished.json").read_text()) == rows


def test_only_the_last_accuracy_is_measured_on_all_validation_pictures(tmp_path, monkeypatch):
    seen, answers = [], iter([0.5, 0.25])
    monkeypatch.setattr(
        classification, "accuracy", lambda model, dataset, size: seen.append((len(dataset[0]), size)) or next(answers)
    )
    val_set = PICTURES[:7], torch.arange(7)
    _, history = classification.train(vit.build, TINY.vit, vit.MUON_PARAMETERS, DATA, val_set, tmp_path / "run.pt", 2)
    assert seen == [(7, 16)]
    assert [row.get("val_accuracy") for row in history] == [None, 0.5]


@pytest.mark.slow
def test_a_resumed_training_equals_an_uninterrupted_one(swept, tmp_path, monkeypatch):
    _, rows, histories, _ = swept
    resumed, epochs, loader = [], [], classification.loader

    def interrupted(*arguments):
        epochs.append(arguments)
        if len(epochs) == 6:
            raise Interrupted
        return loader(*arguments)

    monkeypatch.setattr(classification, "train", kept(classification.train, resumed))
    monkeypatch.setattr(classification, "loader", interrupted)
    with pytest.raises(Interrupted):
        train_all(TINY, DATA, DATA, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["finished.json", "swin-0.25-1.pt"]
    again = train_all(TINY, DATA, DATA, tmp_path)

    assert len(epochs) == 2 * 9 + 1
    assert [{**row, "seconds": 0} for row in again] == [{**row, "seconds": 0} for row in rows]
    assert len(resumed) == len(histories) == 9
    for (_, once), (_, twice) in zip(histories, resumed, strict=True):
        assert [{**row, "seconds": 0} for row in once] == [{**row, "seconds": 0} for row in twice]


def test_what_is_finished_is_written_and_read(swept, tmp_path, monkeypatch):
    folder, rows, *_ = swept
    monkeypatch.setattr(data_efficiency, "RECIPE", TINY)
    monkeypatch.setattr(classification, "train", None)
    monkeypatch.setattr(imagenette, "load", lambda folder, split: DATA)
    monkeypatch.setattr(imagenette, "sha256", lambda folder: {"train": "a", "val": "b"})
    out = tmp_path / "made" / "out"
    monkeypatch.setattr("sys.argv", ["data_efficiency", "--data", "here", "--out", str(out), "--state", f"{folder}.pt"])
    data_efficiency.main()

    report = json.loads((out / "recipe.json").read_text())
    assert report["recipe"]["vit"]["n_embd"] == 12 and report["recipe"]["shares"] == [0.25, 1.0]
    assert report["data"] == {"train": "a", "val": "b"}
    assert (report["device"], report["torch"]) == (training.machine(), torch.__version__)
    assert set(report["runs"][0]) == {"family", "share", "seed", "n_image", "val_accuracy"}
    seen = recorded(out)
    assert (seen.family, seen.steps) == (tuple(FAMILIES), 6)
    assert seen.n_seed.tolist() == [2, 1]
    assert seen.mean[1].tolist() == [(rows[1]["val_accuracy"] + rows[7]["val_accuracy"]) / 2, rows[4]["val_accuracy"]]


def test_a_record_gives_means_and_spreads(tmp_path):
    accuracy = {
        "vit": [(0.5, 1, 0.2), (1.0, 1, 0.8), (0.5, 2, 0.6)],
        "swin": [(0.5, 1, 0.5), (0.5, 2, 0.3), (1.0, 1, 0.9)],
    }
    report = {
        "device": "NVIDIA H200",
        "steps": 7,
        "parameters": {"vit": 10, "swin": 11},
        "multiply_adds": {"swin": 200, "vit": 100},
        "runs": [
            {"family": family, "share": share, "seed": seed, "n_image": int(share * 20), "val_accuracy": value}
            for family, values in accuracy.items()
            for share, seed, value in values
        ],
    }
    write_json(tmp_path / "recipe.json", report)
    seen = recorded(tmp_path)
    assert (seen.family, seen.steps, seen.device) == (("vit", "swin"), 7, "NVIDIA H200")
    assert (seen.parameters.tolist(), seen.multiply_adds.tolist()) == ([10, 11], [100, 200])
    assert (seen.share.tolist(), seen.n_image.tolist(), seen.n_seed.tolist()) == ([0.5, 1.0], [10, 20], [2, 1])
    np.testing.assert_allclose(seen.mean, [[0.4, 0.8], [0.4, 0.9]])
    np.testing.assert_array_equal(seen.lowest, [[0.2, 0.8], [0.3, 0.9]])
    np.testing.assert_array_equal(seen.highest, [[0.6, 0.8], [0.5, 0.9]])


def test_without_a_record_there_is_nothing_to_read(tmp_path):
    with pytest.raises(FileNotFoundError):
        recorded(tmp_path)


def test_the_recorded_runs_are_read_once(monkeypatch):
    seen = read()
    assert seen.family == tuple(FAMILIES)
    record = json.loads((BUNDLED / NAME / "recipe.json").read_text())
    assert seen.parameters.tolist() == list(record["parameters"].values())
    monkeypatch.setattr(data_efficiency.json, "loads", None)
    assert read() is seen


def test_the_real_networks_are_of_equal_size():
    size = network_sizes(RECIPE)
    assert tuple(size["parameters"]) == tuple(size["multiply_adds"]) == tuple(FAMILIES)
    assert max(size["parameters"].values()) <= 1_000_000
    assert max(size["parameters"].values()) <= 1.05 * min(size["parameters"].values())


def test_the_real_runs_differ_only_in_network_and_optimiser():
    alike = ("seed", "schedule", "image_size", "batch_size", "warmup", "label_smoothing", "crop_scale", "cutmix")
    assert len({tuple(getattr(getattr(RECIPE, family), name) for name in alike) for family in FAMILIES}) == 1
    assert RECIPE.steps == 1500


def test_the_real_runs_tell_most_first():
    seen = runs(RECIPE)
    assert len(seen) == len(set(seen)) == 27
    assert seen[:3] == [Run("resnet", 0.05, 1), Run("vit", 0.05, 1), Run("swin", 0.05, 1)]
    assert [run.share for run in seen[::3]] == [0.05, 1.0, 0.1, 0.25, 0.5, 0.05, 1.0, 0.05, 1.0]
    assert [run.seed for run in seen] == [1] * 15 + [2] * 6 + [3] * 6
