"""One tiny model of each family of image classifiers."""

import json

import pytest
import torch
from torch import nn
from transformers import DeiTConfig, DeiTForImageClassification, ResNetConfig, ResNetForImageClassification

from models.checkpoint import open_model
from models.families import CLASSIFIERS


@pytest.fixture(scope="session")
def tiny_resnet():
    """Stages of two layers; maps of 8, 8 and 4 cells a side; batch norms that do something."""
    torch.manual_seed(4)
    sizes = {"embedding_size": 8, "hidden_sizes": [8, 12], "depths": [2, 2], "num_labels": 5}
    model = ResNetForImageClassification(ResNetConfig(**sizes, layer_type="basic"))
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.3)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return model.eval()


@pytest.fixture(scope="session")
def tiny_deit_without_teacher():
    """One head, but a distillation token."""
    torch.manual_seed(5)
    sizes = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    config = DeiTConfig(**sizes, image_size=32, patch_size=8, num_labels=5, initializer_range=0.5)
    config._attn_implementation = "eager"
    return DeiTForImageClassification(config).eval()


@pytest.fixture(scope="session")
def saved_resnet(tmp_path_factory):
    """Four stages of two basic layers on 64 x 64 pixels; like many of the Hub's, its config has no image_size."""
    torch.manual_seed(4)
    sizes = {"embedding_size": 8, "hidden_sizes": [8, 8, 12, 12], "depths": [2, 2, 2, 2], "num_labels": 5}
    folder = tmp_path_factory.mktemp("resnet")
    ResNetForImageClassification(ResNetConfig(**sizes, layer_type="basic")).save_pretrained(folder)
    processor = {"image_processor_type": "ViTImageProcessor", "size": {"height": 64, "width": 64}}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


@pytest.fixture
def opened(request):
    """Opens the model that a fixture has saved, by the fixture's name."""
    return lambda name: open_model(str(request.getfixturevalue(name)), CLASSIFIERS, "image")


@pytest.fixture
def three(opened):
    """An open ResNet, ViT and Swin, named as an exhibit names its inputs."""
    names = {"first_model": "saved_resnet", "second_model": "tiny_vit", "third_model": "tiny_swin"}
    return {model: opened(name) for model, name in names.items()}


@pytest.fixture(params=["tiny_vit", "tiny_deit", "tiny_deit_without_teacher", "tiny_swin", "tiny_resnet"])
def model(request, opened):
    given = request.getfixturevalue(request.param)
    return given if isinstance(given, nn.Module) else opened(request.param).model
