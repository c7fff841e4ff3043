"""Which layers have a theoretical field, their published sizes, and what is refused."""

from typing import Any

import pytest
import torch
from torch import nn
from torchvision.models import alexnet, convnext_tiny, resnet18, resnet50, vgg16
from transformers import ResNetConfig, ResNetForImageClassification

from models.errors import InputError
from models.receptive_field.theoretical import Field, Layer, box, fields, published


def conv(kernel, width=(1, 1), **options):
    return nn.Conv2d(width[0], width[1], kernel, **options)


def tiny_resnet(**options):
    sizes: dict[str, Any] = {"embedding_size": 16, "hidden_sizes": [16, 24], "depths": [2, 1], "num_labels": 3}
    return ResNetForImageClassification(ResNetConfig(**sizes, **options))


def hf_resnet(**options):
    with torch.device("meta"):
        return ResNetForImageClassification(ResNetConfig(**options))


@pytest.mark.parametrize(
    ("build", "path", "size", "jump", "side"),
    [
        (resnet18, "layer4.1", 435, 32, 7),
        (resnet50, "layer4.2", 427, 32, 7),
        (vgg16, "features.28", 196, 16, 14),
        (vgg16, "features.30", 212, 32, 7),
        (alexnet, "features.12", 195, 32, 6),
        (lambda: hf_resnet(layer_type="basic", depths=[2, 2, 2, 2]), "resnet.encoder.stages.3.layers.1", 435, 32, 7),
        (lambda: hf_resnet(), "resnet.encoder.stages.3.layers.2", 427, 32, 7),
        (lambda: hf_resnet(downsample_in_bottleneck=True), "resnet.encoder.stages.3.layers.2", 483, 32, 7),
    ],
)
def test_known_values(build, path, size, jump, side):
    """Araujo et al. 2019, table 1 (AlexNet 195, VGG-16 212, ResNet-50 483 with its strides in 1x1 convolutions)."""
    with torch.device("meta"):
        model = build()
    layer = next(layer for layer in fields(model, 224) if layer.path == path)
    assert layer.row == layer.column
    assert (layer.row.size, layer.row.jump, layer.grid) == (size, jump, (side, side))


def test_layers_of_a_resnet_in_order():
    layers = fields(tiny_resnet(layer_type="basic"), 64)
    assert [layer.name for layer in layers] == [
        "embedder convolution",
        "embedder pooling",
        "stage 1, layer 1",
        "stage 1, layer 2",
        "stage 2, layer 1",
        "pooler",
    ]
    assert [layer.path for layer in layers][:2] == ["resnet.embedder.embedder", "resnet.embedder.pooler"]
    assert [layer.grid[0] for layer in layers] == [32, 16, 16, 16, 8, 1]
    assert [layer.row.size for layer in layers] == [7, 11, 27, 43, 67, 64]
    assert [layer.row.jump for layer in layers] == [2, 4, 4, 4, 8, 0]
    assert [layer.row.start for layer in layers] == [0.5, 0.5, 0.5, 0.5, 0.5, 32]


def test_layers_of_convnext_are_its_stem_blocks_and_downsampling():
    with torch.device("meta"):
        layers = fields(convnext_tiny(), 224)
    stages = [
        f"features.{stage}.{block}" for stage, depth in ((1, 3), (3, 3), (5, 9), (7, 3)) for block in range(depth)
    ]
    assert {layer.path for layer in layers} == {
        "features.0",
        "features.2",
        "features.4",
        "features.6",
        "avgpool",
        *stages,
    }
    assert [layer.row.size for layer in layers[:6]] == [4, 28, 52, 76, 80, 128]


def test_the_model_is_left_as_it_is():
    model = tiny_resnet(layer_type="basic").train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    fields(model, 64)
    assert model.training
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


class Add(nn.Module):
    """Two paths added."""

    def __init__(self, main, side):
        super().__init__()
        self.main, self.side = main, side

    def forward(self, x):
        return self.main(x) + self.side(x)


class Around(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


@pytest.mark.parametrize(
    "network",
    [
        nn.Upsample(scale_factor=2),
        nn.GroupNorm(1, 1),
        nn.LayerNorm(8),
        nn.Linear(8, 8),
        nn.BatchNorm2d(1, track_running_stats=False),
        conv(3, padding=1, padding_mode="circular"),
        Around(lambda x: x.roll(1, -1)),
        Around(lambda x: x.chunk(2, -1)[0]),
        Around(lambda x: torch.cat([x, x], -1)),
        Around(lambda x: x + x.permute(0, 1, 3, 2)),
        Around(lambda x: x + nn.functional.max_pool2d(x, 3, 1, 1)),
        Add(conv(1, stride=2), conv(5)),
    ],
)
def test_an_unknown_operation_is_named(network):
    with pytest.raises(InputError) as error:
        fields(nn.Sequential(conv(1), network), 8)
    assert error.value.code == "fields.unknown_layer"
    assert str(error.value.details["layer"]).startswith(f"1 {type(network).__name__}")


def test_after_global_pooling_a_unit_sees_the_whole_image():
    squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(1, 1, 1), nn.Sigmoid())
    layers = fields(nn.Sequential(conv(3), Add(nn.Identity(), squeeze), conv(3), nn.Flatten(), nn.Linear(16, 2)), 8)
    assert [(layer.path, layer.row) for layer in layers] == [("0", Field(0, 3, 1)), ("1", Field(0, 8, 0))]


def test_box_clips_and_refuses_units_off_the_map():
    layer = Layer("", "", (3, 2), Field(-1, 4, 2), Field(0, 6, 4))
    assert box(layer, 0, 1) == (-1, 4, 4, 10)
    assert box(layer, 0, 1, 8) == (0, 4, 4, 8)
    assert (layer.row.size, layer.row.start) == (5, 1.5)
    for row, column in ((3, 0), (0, 2), (-1, 0)):
        with pytest.raises(InputError, match="outside"):
            box(layer, row, column)


def test_published_cnns_see_what_the_literature_says_and_are_computed_once(beats):
    """VGG-16 of Araujo et al. 2019, table 1; a ResNet-50 by the strides of torchvision."""
    seen = published(beats)
    assert beats.count == 1 and seen.side == 224
    size = dict(zip(seen.model, seen.size.tolist(), strict=True))
    assert (size["vgg16"], size["resnet18"], size["resnet50"], size["resnet152"]) == (212, 435, 427, 1451)
    assert published() is seen
