"""One tiny model of each family that has receptive fields."""

import pytest
import torch
from torch import nn
from transformers import ResNetConfig, ResNetForImageClassification

from models.checkpoint import open_model
from models.receptive_field.effective import FAMILIES


@pytest.fixture(scope="module")
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


@pytest.fixture(params=["tiny_vit", "tiny_deit", "tiny_swin", "tiny_resnet"])
def model(request):
    given = request.getfixturevalue(request.param)
    return given if isinstance(given, nn.Module) else open_model(str(given), FAMILIES, "image").model
