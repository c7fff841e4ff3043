"""What is ResNet's own in its recipe."""

from typing import Any

from models.resnet.train import RECIPE, build


def test_the_shipped_network_has_half_the_width_of_a_resnet_18():
    model: Any = build(RECIPE)
    assert [stage.layers[-1].layer[-1].convolution.out_channels for stage in model.resnet.encoder.stages] == [
        32,
        64,
        128,
        256,
    ]
    assert 2.7e6 < sum(parameter.numel() for parameter in model.parameters()) < 2.9e6
