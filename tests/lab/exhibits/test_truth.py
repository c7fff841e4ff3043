"""Each view is what it says: what was measured changes with input and weights, what was derived or recorded does not.

Tiny classifiers stand for the bundled ones; translators are the bundled ones, as tiny ones never end a sentence. Then
the same again with other weights, under the same names.
"""

import itertools
import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file, save_file

from lab.exhibits import EXHIBITS
from lab.inputs.kinds import Choice, Model
from lab.inputs.photo import Photo
from lab.question import ask, defaults
from lab.saved import load
from lab.text import LANGUAGES, Text
from lab.truth import is_of_own, kind, line
from lab.views.payload import Payload
from lab.widget import pack
from models import checkpoint, measure
from models.families import VIT
from models.traces import POOLED
from models.vit import pooling

from .visitor import briefly

RUNS = [(exhibit, run) for exhibit in EXHIBITS for run in exhibit.runs]
TEXT = Text("en")
every_run = pytest.mark.parametrize(("exhibit", "run"), RUNS, ids=[f"{e.name}.{r.name}" for e, r in RUNS])


@pytest.fixture(scope="module")
def bundled(tiny_vit, tiny_swin, saved_resnet, tmp_path_factory):
    """Folders of models under the names of the bundled ones: as they are, and with other weights."""
    tiny = {"vit": tiny_vit, "swin": tiny_swin, "resnet": saved_resnet}
    folders = {}
    for weights, noise in (("same", 0.0), ("other", 0.2)):
        folders[weights] = tmp_path_factory.mktemp(weights)
        for name in checkpoint.bundled():
            shutil.copytree(tiny.get(name.split("-")[0], checkpoint.BUNDLED / name), folders[weights] / name)
            perturb(folders[weights] / name / "model.safetensors", noise)
        write_heads(folders[weights])
    return folders


def write_heads(folder):
    """Heads on CLS and on the mean of the patches for the tiny ViT in a folder of bundled models."""
    model = checkpoint.open_model(str(folder / pooling.OF), VIT, None).model
    shape = (len(POOLED), model.config.num_hidden_layers + 1, model.config.num_labels, model.config.hidden_size)
    (folder / pooling.NAME).mkdir()
    weight = np.random.default_rng(1).standard_normal(shape, np.float32)
    save_file({"weight": weight, "bias": weight[..., 0]}, folder / pooling.NAME / "heads.safetensors")
    accuracy = np.full(shape[:2], 0.5).tolist()
    record = {"weights": checkpoint.revision(str(folder / pooling.OF)), "val_count": 8, "own_accuracy": 0.5}
    (folder / pooling.NAME / "recipe.json").write_text(json.dumps({**record, "accuracy": accuracy}))


def perturb(file, noise):
    """Add noise to every tensor of decimal numbers, as large a share of each as `noise` says."""
    random = np.random.default_rng(0)
    tensors = {
        name: np.asarray(array * (1 + noise * random.standard_normal(array.shape)), array.dtype)
        if array.dtype.kind == "f"
        else array
        for name, array in load_file(file).items()
    }
    save_file(tensors, file, {"format": "pt"})


@pytest.fixture
def shown(bundled, monkeypatch):
    """What the views of a run show, by name, for some values and with the same or other weights.

    The clock stands still between two looks at it but for one tick, so that no number changes with time alone.
    """

    def shown(exhibit, run, weights="same", **values):
        run.function()  # what it imports is not to be of these folders
        ticks = itertools.count()
        monkeypatch.setattr(measure, "time", SimpleNamespace(perf_counter=lambda: float(next(ticks))))
        monkeypatch.setattr(checkpoint, "BUNDLED", bundled[weights])
        given = {name: value for name, value in values.items() if name in run.inputs}
        sent = defaults(exhibit) | {name: value for name, value in given.items() if not isinstance(value, Image.Image)}
        question = ask(exhibit, run, sent)
        question = replace(question, values={**question.values, **given})
        trace, _ = question.whole()
        parts = {view.name: [show(trace, TEXT) for show in (view.payload, view.claim) if show] for view in run.views}
        return {name: json.dumps([plain(part) for part in drawn], default=str) for name, drawn in parts.items()}

    return shown


def plain(drawn):
    """What a view draws, with the bytes of its arrays."""
    if isinstance(drawn, Payload):
        return [dict(drawn.meta), pack(drawn.arrays)[0].hex()]
    if isinstance(drawn, dict):
        return {name: plain(part) for name, part in drawn.items()}
    return drawn


def another(exhibit, run):
    """Another value of the run's first input that is no model: a photo of noise, another choice, a word less."""
    inputs = [one for one in map(exhibit.input, run.inputs) if not isinstance(one, Model)]
    for one in inputs[:1]:
        if isinstance(one, Photo):
            return {one.name: Image.effect_noise((64, 64), 90).convert("RGB")}
        if isinstance(one, Choice):
            return {one.name: next(value for value in one.values if value != one.default)}
        return {one.name: one.default.split(" ", 1)[1]}
    return {}


def with_models(exhibit, run):
    """Whether the run opens any."""
    return bool(run.open) or any(isinstance(exhibit.input(name), Model) for name in run.inputs)


OF_SIZES = {"speed"}
"""Views of models that count and time what does not depend on their weights."""


@pytest.mark.slow
@every_run
def test_what_is_measured_changes_with_the_input_and_the_weights_and_with_nothing_else(exhibit, run, shown):
    few = briefly(exhibit, run)
    before = shown(exhibit, run, **few)
    assert shown(exhibit, run, **few) == before
    measured = {view.name for view in run.views if view.truth == "measured"}
    if measured and (given := another(exhibit, run)):
        other = shown(exhibit, run, **few, **given)
        assert {name for name in measured if other[name] == before[name]} == set()
    if with_models(exhibit, run):
        other = shown(exhibit, run, "other", **few)
        assert {name for name in before if other[name] != before[name]} == measured - OF_SIZES


@every_run
def test_the_line_below_a_view_says_what_its_answer_was_computed_with(exhibit, run):
    found = load(exhibit, run)
    assert found
    for view in run.views:
        for language in LANGUAGES:
            text = Text(language)
            said = line(exhibit, view, text, found.provenance)
            assert text(f"run.truth.{kind(exhibit, view)}") in said
            assert all(revision in said for _, revision in found.provenance.models)
            if view.truth == "measured":
                assert found.provenance.device and "float" in said
            if view.truth == "recorded":
                device = getattr(found.trace, "device", "")
                assert found.provenance.device == device
                assert (f" · {text('run.trained', device='')}" in said) == bool(device)
            assert view.aside or text(f"{exhibit.name}.view.{view.name}.source") in said


def test_a_run_is_of_the_visitors_own_where_it_reads_a_photo_or_a_sentence():
    own = {f"{exhibit.name}.{run.name}" for exhibit, run in RUNS if is_of_own(exhibit, run)}
    assert {"anatomy.pooling", "anatomy.patch_walk", "anatomy.walk", "blocks.norm"} <= own
    assert own.isdisjoint({"blocks.gradients", "blocks.sizes", "blocks.positions", "graph.graph"})


def test_what_is_measured_without_a_model_asks_for_none_and_else_names_it():
    for exhibit, run in RUNS:
        found = load(exhibit, run)
        assert found and bool(found.provenance.models) == with_models(exhibit, run)


def test_only_a_photo_or_a_sentence_makes_it_the_visitors_own():
    found = {view.name: kind(exhibit, view) for exhibit, run in RUNS for view in run.views}
    assert {name for name, said in found.items() if said == "here"} == {
        "cost",
        "speed",
        "gradients",
        "graph",
        "ranking",
        "depth",
        "paper",
        "train",
        "fed",
        "details",
    }
    assert {name for name, said in found.items() if said == "weights"} == {"positions", "position_maps"}
