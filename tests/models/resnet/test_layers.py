"""Which unit of a ResNet stands for a position, and what the lab refuses."""

import numpy as np
import pytest
import torch

from models.errors import InputError
from models.receptive_field import theoretical
from models.resnet import layers

POSITION = (0.3, 0.8)


def test_the_hooks_of_another_run_do_not_change_the_theory(opened):
    model = opened("saved_resnet").model
    alone = layers.units(model, 64, POSITION)
    hook = model.base_model.encoder.stages[-1].register_forward_hook(lambda *_: None)
    np.testing.assert_array_equal(layers.units(model, 64, POSITION).box, alone.box)
    hook.remove()


@pytest.mark.parametrize("side", [64, 150, 200])
def test_the_unit_is_the_one_whose_field_is_centred_nearest(opened, side):
    model = opened("saved_resnet").model
    known = {layer.name: layer for layer in theoretical.fields(model, side)}
    for position in ((0.26, 0.4), (0.0, 0.999), (0.7, 0.71)):
        units, _, centre = layers.units(model, side, position)
        for name, unit, middle in zip(layers.names(model), units, centre, strict=True):
            layer = known.get(name) or known["embedder pooling"]
            centres = layer.row.start + np.arange(layer.grid[0]) * layer.row.jump
            for share, index, at in zip(position, unit, middle, strict=True):
                away = abs(centres - share * side)
                assert away[index] == away.min()
                assert at * side == pytest.approx(centres[index])


def test_large_pictures_are_refused(tiny_resnet):
    layers.check(tiny_resnet, (512, 512), "tiny")
    with pytest.raises(InputError, match=r"model\.size"):
        layers.check(tiny_resnet, (513, 513), "tiny")


@pytest.mark.parametrize(("stage", "number"), [(1, 1), (2, 2)])
def test_the_first_kernel_is_that_of_the_named_layer(tiny_resnet, stage, number):
    kernel = layers.first_kernel(tiny_resnet, f"stage {stage}, layer {number}")
    names = dict(tiny_resnet.named_parameters())
    path = f"resnet.encoder.stages.{stage - 1}.layers.{number - 1}.layer.0.convolution.weight"
    assert torch.equal(kernel, names[path])
