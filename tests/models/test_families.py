"""The vocabulary of the families: what `walk` gives is what the plain forward computes, for every architecture."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import torch
import transformers

from models import families
from models.families import CLASSIFIERS, MOBILEVIT, PACKAGES, RESNET, SWIN, VIT, Layers

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pixels():
    return torch.randn(3, 3, 32, 32, generator=torch.manual_seed(5))


@pytest.fixture
def plain(model, pixels):
    """What transformers computes."""
    with torch.inference_mode():
        return model(pixels, output_hidden_states=True)


@pytest.fixture
def walk(model, pixels):
    with torch.inference_mode():
        return families.layers(model).walk(model, pixels)


def test_every_architecture_is_one_of_transformers_and_its_package_speaks_the_vocabulary():
    assert (set(RESNET) | set(VIT) | set(SWIN) | set(MOBILEVIT), len(VIT)) == (set(CLASSIFIERS), 3)
    words = [name for name in vars(Layers) if not name.startswith("_")]
    assert {"names", "walk", "maps", "units", "head", "check"} < set(words)
    for name, package in PACKAGES.items():
        assert getattr(transformers, name).__name__ == name
        module = import_module(f"models.{package}.layers")
        assert all(callable(getattr(module, word)) for word in words), package


def test_the_families_are_named_before_torch_is_loaded():
    code = "import sys, models.families; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_only_layers_knows_the_modules_and_the_type_of_a_model():
    for path in [*(ROOT / "models").rglob("*.py"), *(ROOT / "lab").rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        assert "base_model_prefix" not in source and "config.model_type" not in source, path
        if path.parent.name in ("receptive_field", "cnn_vs_attention") or path.name in ("trace.py", "prepared.py"):
            assert not any(word in source for word in ("base_model.", ".encoder", ".embeddings", "hasattr(")), path


def test_the_head_on_the_last_state_gives_the_models_own_answer(model, pixels, plain, walk):
    with torch.inference_mode():
        feature, logits = families.layers(model).head(model, walk.states[-1])
    torch.testing.assert_close(logits, plain.logits, rtol=0, atol=1e-5)
    assert feature.shape == (3, walk.states[-1].shape[-1] if walk.attention else walk.states[-1].shape[1])


def test_the_states_are_those_of_the_plain_forward(model, plain, walk):
    """transformers keeps those of every layer of a ViT, those between the stages of the others."""
    given = {tuple(state.shape): state for state in walk.states}
    expected = [state for state in plain.hidden_states if tuple(state.shape) in given]
    if type(model).__name__ in VIT:
        assert len(expected) == len(walk.states)
        for mine, theirs in zip(walk.states, expected, strict=True):
            torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-5)
    else:
        torch.testing.assert_close(walk.states[-1], expected[-1], rtol=0, atol=1e-5)


def test_the_attention_is_that_of_the_plain_forward(model, pixels, walk):
    if type(model).__name__ in RESNET:
        assert walk.attention == []
        return
    with torch.inference_mode():
        expected = model(pixels, output_attentions=True).attentions
    step = len(walk.attention) // len(expected)  # transformers keeps a Swin's last of each stage
    for mine, theirs in zip(walk.attention[step - 1 :: step], expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-6)


def test_maps_hold_the_states_place_by_place(model, walk):
    family = families.layers(model)
    maps = family.maps(model, walk.states, (32, 32))
    assert len(maps) == len(family.names(model))
    for state, drawn in zip(walk.states[-len(maps) :], maps, strict=True):
        rows, columns = drawn.shape[-2:]
        for row, column in ((0, 0), (rows - 1, 0), (rows // 2, columns - 1)):
            index = row * columns + column - rows * columns
            unit = state[:, index] if state.ndim == 3 else state[:, :, row, column]
            assert torch.equal(drawn[:, :, row, column], unit)


def test_layers_have_names(model, tiny_resnet, opened):
    names = families.layers(model).names(model)
    assert len(names) == len(set(names))
    assert families.layers(tiny_resnet).names(tiny_resnet)[:3] == ["embedder", "stage 1, layer 1", "stage 1, layer 2"]
    vit, swin = opened("tiny_vit").model, opened("tiny_swin").model
    assert families.layers(vit).names(vit)[-1] == "layer 3"
    assert families.layers(swin).names(swin)[3] == "stage 2, block 2"


def test_every_layer_has_a_unit_whose_box_holds_the_position(model, walk):
    family = families.layers(model)
    for position in ((0.3, 0.8), (0.0, 0.0), (0.99, 0.5)):
        units = family.units(model, 32, position)
        maps = family.maps(model, walk.states, (32, 32))
        assert len(units.unit) == len(units.box) == len(units.centre) == len(maps)
        for (row, column), (top, left, bottom, right), drawn in zip(units.unit, units.box, maps, strict=True):
            assert 0 <= row < drawn.shape[-2] and 0 <= column < drawn.shape[-1]
            assert top <= position[0] < bottom and left <= position[1] < right
