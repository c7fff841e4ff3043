"""Theoretical fields against gradients: zero outside the box, and reaching its edges."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import convnext_tiny, resnet18, vgg11
from torchvision.models.vgg import cfgs, make_layers
from transformers import ResNetConfig, ResNetForImageClassification

from models.receptive_field.theoretical import box, fields


def tiny_resnet(**options):
    sizes: dict[str, Any] = {"embedding_size": 16, "hidden_sizes": [16, 24], "depths": [2, 1], "num_labels": 3}
    return ResNetForImageClassification(ResNetConfig(**sizes, **options))


def vgg():
    """VGG-11 with convolutions only: the two wide layers after them have no values."""
    with torch.device("meta"):
        model = vgg11()
    model.features = make_layers(cfgs["A"])
    return model


MODELS = {
    "basic": (lambda: tiny_resnet(layer_type="basic"), 96),
    "bottleneck": (lambda: tiny_resnet(layer_type="bottleneck"), 96),
    "bottleneck, early strides": (
        lambda: tiny_resnet(layer_type="bottleneck", downsample_in_first_stage=True, downsample_in_bottleneck=True),
        96,
    ),
    "resnet18": (resnet18, 112),
    "vgg11": (vgg, 64),
    "convnext_tiny": (convnext_tiny, 88),
}


def maps(model, paths, x):
    """The maps of the modules that `paths` name."""
    kept = {}
    for path in paths:
        model.get_submodule(path).register_forward_hook(
            lambda _module, _inputs, output, path=path: kept.setdefault(path, output)
        )
    getattr(model, "features", model)(x)
    return kept


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_zero_outside_the_box_and_reaches_its_edges(name):
    torch.manual_seed(0)
    build, size = MODELS[name]
    model = build().double().eval()
    layers = [layer for layer in fields(model, size) if box(layer, 0, 0, size) != (0, 0, size, size)]
    x = torch.rand(1, 3, size, size, dtype=torch.float64).requires_grad_()
    kept = maps(model, [layer.path for layer in layers], x)
    reached = 0
    for layer in layers:
        map_ = kept[layer.path][0]
        assert map_.shape[-2:] == layer.grid
        edges = np.zeros(4, bool)
        middle = layer.grid[0] // 2
        units = ((0, layer.grid[1] - 1), *((middle + row, middle + column) for row in (0, -1) for column in (0, -1)))
        for row, column in units:
            value = map_[:, row, column] @ torch.rand(len(map_), dtype=torch.float64)
            (gradient,) = torch.autograd.grad(value, x, retain_graph=True)
            seen = gradient[0].abs().sum(0).numpy() > 0
            top, left, bottom, right = clipped = box(layer, row, column, size)
            inside = seen[top:bottom, left:right].copy()
            seen[top:bottom, left:right] = False
            assert not seen.any(), (layer.path, row, column)
            if box(layer, row, column) == clipped:
                edges |= (inside[0].any(), inside[-1].any(), inside[:, 0].any(), inside[:, -1].any())
        reached += edges.all()
        assert edges.all() or layer.row.size > size / 2, layer.path
    assert reached >= 3


@pytest.mark.parametrize("n", [5, 10, 20])
def test_the_effective_field_of_a_linear_stack_is_as_wide_as_theory_says(n):
    """Luo et al. 2016: n uniform k x k windows have variance n (k^2 - 1) / 12 along an axis; sqrt(2n/3) for 3 x 3."""
    network = nn.Sequential(*(nn.Conv2d(1, 1, 3, padding=1, bias=False) for _ in range(n))).double()
    for parameter in network.parameters():
        nn.init.constant_(parameter, 1 / 9)
    size = 2 * n + 1
    x = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(x)[0, 0, n, n], x)
    share = gradient[0, 0].sum(1).numpy()
    assert fields(network, size)[-1].row.size == size == np.count_nonzero(share)
    assert math.sqrt(share @ np.arange(-n, n + 1) ** 2) == pytest.approx(math.sqrt(2 * n / 3), rel=1e-12)
