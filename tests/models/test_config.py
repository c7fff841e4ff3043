"""Each wrong field of a classifier's config.json has a sentence of its own, before anything is made of it."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.checkpoint import open_model
from models.errors import InputError
from models.families import CLASSIFIERS


@pytest.fixture
def changed(request, tmp_path):
    """Opens the model of a fixture with other values in its config.json, or other weights."""

    def opened(name, weights=lambda tensors: tensors, **settings):
        folder = tmp_path / "model"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(request.getfixturevalue(name), folder)
        config = json.loads((folder / "config.json").read_text()) | settings
        (folder / "config.json").write_text(json.dumps(config))
        save_file(weights(load_file(folder / "model.safetensors")), folder / "model.safetensors", {"format": "pt"})
        return open_model(str(folder), CLASSIFIERS, "image")

    return opened


@pytest.mark.parametrize(
    ("name", "field", "value", "code"),
    [
        ("tiny_vit", "num_hidden_layers", 0, "config_number"),
        ("tiny_vit", "num_hidden_layers", 10**9, "config_number"),
        ("tiny_vit", "num_hidden_layers", None, "config_number"),
        ("tiny_vit", "num_hidden_layers", 2, "weights"),
        ("tiny_vit", "num_hidden_layers", 5, "weights"),
        ("tiny_vit", "num_attention_heads", -2, "config_number"),
        ("tiny_vit", "num_attention_heads", 5, "weights"),
        ("tiny_vit", "hidden_size", 96_000, "larger"),
        ("tiny_vit", "patch_size", 0, "config_number"),
        ("tiny_vit", "patch_size", [8, 8], "config_number"),
        ("tiny_vit", "image_size", 0, "size"),
        ("tiny_vit", "image_size", "32", "size"),
        ("tiny_vit", "source_size", 10**6, "size"),
        ("tiny_vit", "num_channels", 1, "channels"),
        ("tiny_vit", "hidden_act", "banana", "config_field"),
        ("tiny_vit", "layer_norm_eps", "a", "config_field"),
        ("tiny_vit", "hidden_dropout_prob", 9, "config_share"),
        ("tiny_vit", "return_dict", False, "config_true"),
        ("tiny_vit", "quantization_config", {"quant_method": "fp8"}, "config_quantised"),
        ("tiny_vit", "num_labels", 0, "config_number"),
        ("tiny_vit", "num_labels", 3, "weights"),
        ("tiny_vit", "id2label", None, "config_labels"),
        ("tiny_vit", "id2label", {}, "config_labels"),
        ("tiny_vit", "id2label", ["a", "b", "c", "d", "e"], "config_labels"),
        ("tiny_vit", "id2label", {"a": "b"}, "config_labels"),
        ("tiny_vit", "id2label", {"0": "a"}, "weights"),
        ("tiny_vit", "problem_type", "regression", "regression"),
        ("tiny_vit", "problem_type", "banana", "config_problem"),
        ("tiny_swin", "depths", [], "config_list"),
        ("tiny_swin", "depths", [2, 0, 2], "config_list"),
        ("tiny_swin", "depths", [2, 2], "config_stages"),
        ("tiny_swin", "depths", [1, 2, 2], "weights"),
        ("tiny_swin", "depths", [10**9, 2, 2], "config_list"),
        ("tiny_swin", "num_heads", 4, "config_list"),
        ("tiny_swin", "drop_path_rate", -1, "config_share"),
        ("tiny_swin", "window_size", 0, "config_number"),
        ("tiny_swin", "window_size", 3, "weights"),
        ("saved_resnet", "depths", [2, 2, 2, "a"], "config_list"),
        ("saved_resnet", "depths", [2, 2, 2, 1], "weights"),
        ("saved_resnet", "hidden_sizes", [8, 8, 12, 0], "config_list"),
        ("saved_resnet", "layer_type", "banana", "config_field"),
    ],
    ids=str,
)
def test_a_wrong_field(changed, name, field, value, code):
    with pytest.raises(InputError) as caught:
        changed(name, **{field: value})
    assert caught.value.code == f"model.{code}"
    assert caught.value.details.get("field", field) == field


def test_a_config_whose_fields_contradict_one_another_has_no_raw_reason(changed):
    with pytest.raises(InputError) as caught:
        changed("tiny_vit", hidden_act="banana", layer_norm_eps="a")
    assert caught.value.code == "model.config" and list(caught.value.details) == ["reference"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", ["tiny_vit", "tiny_swin", "saved_resnet"])
def test_weights_that_are_no_numbers_are_refused(changed, name, value):
    def broken(tensors):
        last = sorted(tensors)[-1]
        return tensors | {last: torch.full_like(tensors[last], value)}

    with pytest.raises(InputError) as caught:
        changed(name, broken)
    assert caught.value.code == "model.no_numbers"


@pytest.mark.parametrize("kind", [torch.int8, torch.uint8, torch.bool, torch.int64, torch.float8_e4m3fn])
def test_weights_that_are_no_decimal_numbers_are_refused(changed, kind):
    def stored(tensors):
        return {name: tensor.to(kind) if name.endswith("weight") else tensor for name, tensor in tensors.items()}

    with pytest.raises(InputError) as caught:
        changed("tiny_vit", stored)
    assert caught.value.code == "model.quantised"


@pytest.mark.parametrize(("name", "kind"), [("weight_scale", torch.float32), ("weight.absmax", torch.uint8)])
def test_what_belongs_to_quantised_weights_is_not_left_out(changed, name, kind):
    def scaled(tensors):
        weight = next(key for key in sorted(tensors) if key.endswith(".weight"))
        return tensors | {weight.replace("weight", name): torch.ones(3).to(kind)}

    with pytest.raises(InputError) as caught:
        changed("tiny_vit", scaled)
    assert caught.value.code == ("model.weights" if kind == torch.float32 else "model.quantised")


def test_a_bias_that_no_layer_takes_is_left_over(changed):
    def biased(tensors):
        name = next(key for key in sorted(tensors) if "layer" in key and key.endswith("weight"))
        return tensors | {name.replace(".weight", ".other.bias"): torch.zeros(3)}

    with pytest.raises(InputError) as caught:
        changed("tiny_vit", biased)
    assert caught.value.code == "model.weights"


@pytest.mark.parametrize("named", [None, [], "ViTForImageClassification", [None], {"a": 1}], ids=str)
def test_a_config_that_names_no_architecture_is_told_so(changed, named):
    with pytest.raises(InputError) as caught:
        changed("tiny_vit", architectures=named)
    assert caught.value.code == "model.no_architecture"
