"""What is MobileViT's own in its recipe."""

from typing import Any

import torch
from torch import nn

from models.mobilevit.train import MUON_PARAMETERS, RECIPE, TAUGHT, build
from models.training import optimizers


def test_it_has_the_size_of_the_papers_smallest_but_for_its_ten_classes():
    """1.27 million parameters with ImageNet's thousand classes (Mehta & Rastegari 2022, table 1: 1.3 M)."""
    model: Any = build(RECIPE)
    own = sum(parameter.numel() for parameter in model.parameters())
    assert 1.26e6 < own + 990 * (model.classifier.in_features + 1) < 1.28e6
    assert TAUGHT.width == model.classifier.in_features


def test_batch_norms_begin_as_the_identity():
    scales = [module.weight for module in build(RECIPE).modules() if isinstance(module, nn.BatchNorm2d)]
    assert len(scales) > 20 and all(torch.equal(scale, torch.ones_like(scale)) for scale in scales)


def test_muon_trains_the_transformers_matrices_alone():
    model = build(RECIPE)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    muon, _ = optimizers(model, MUON_PARAMETERS, {"lr": 0.1}, {"lr": 0.1})
    trained = {names[id(p)] for group in muon.param_groups for p in group["params"]}
    assert len(trained) == 6 * (2 + 4 + 3) and all(".transformer." in name for name in trained)
