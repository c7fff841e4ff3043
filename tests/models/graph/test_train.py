"""The trainings on Cora go on from their record."""

import json
from dataclasses import replace

import networkx as nx
import pytest
import torch

from models.graph import cora, train

TINY = replace(train.RECIPE, most_steps=2, seeds=2, other_seeds=1, depths=(1, 2))


@pytest.fixture
def data():
    """Thirty papers."""
    generator = torch.Generator().manual_seed(0)
    words = torch.rand(30, cora.WORDS, generator=generator)
    label = torch.arange(30) % len(cora.CLASSES)
    pairs = torch.tensor(list(nx.gnm_random_graph(30, 40, seed=0).edges))
    return cora.Cora(words / words.sum(1, keepdim=True), label, pairs, *torch.arange(30).split(10))


def test_a_record_is_filled_up_run_by_run_and_weights_that_are_missing_are_trained_anew(data, tmp_path, monkeypatch):
    train.train_all(TINY, data, train.opened(TINY, "abc", tmp_path), tmp_path)
    whole = json.loads((tmp_path / "recipe.json").read_text())
    assert [tuple(run[name] for name in train.Run._fields) for run in whole["runs"]] == list(train.runs(TINY))
    kept = {kind: (tmp_path / f"{kind}.safetensors").read_bytes() for kind in ("gcn", "gat", "gatv2", "dot_product")}

    gone = [run for run in whole["runs"] if run["edges"] == "random"]
    left = [run for run in whole["runs"] if run not in gone]
    (tmp_path / "recipe.json").write_text(json.dumps(whole | {"runs": left}))
    (tmp_path / "gat.safetensors").unlink()
    trained, really = [], train.train
    monkeypatch.setattr(train, "train", lambda recipe, run, data: trained.append(run) or really(recipe, run, data))
    train.train_all(TINY, data, train.opened(TINY, "abc", tmp_path), tmp_path)

    again = json.loads((tmp_path / "recipe.json").read_text())
    assert len(trained) == len(gone) + 1 and train.Run("gat", "citations", 2, 0) in trained
    assert sorted(map(str, again["runs"])) == sorted(map(str, whole["runs"]))
    assert again["hours"] >= whole["hours"]
    assert (tmp_path / "gat.safetensors").read_bytes() == kept["gat"]


def test_a_record_of_another_recipe_or_of_other_data_is_left_alone(tmp_path):
    record = train.opened(TINY, "abc", tmp_path)
    (tmp_path / "recipe.json").write_text(json.dumps(record))
    assert train.opened(TINY, "abc", tmp_path) == record
    for recipe, digest in ((TINY, "abd"), (replace(TINY, patience=9), "abc")):
        with pytest.raises(SystemExit):
            train.opened(recipe, digest, tmp_path)
