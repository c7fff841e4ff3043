"""What the lab knows of the modules of a ResNet (He et al. 2016)."""

import re
from typing import Any

import numpy as np
import torch

from models.errors import InputError
from models.families import AttentionReach, Output, Position, Units, Walk
from models.receptive_field import theoretical

MAX_SIDE = 512
"""Pixels a side: a ResNet-152 then keeps about 1.4 GB for its backward passes."""


def check(model: Any, size: tuple[int, int], reference: str) -> None:
    """Raise InputError where pictures of `size` (rows, columns) would need too much memory."""
    if max(size) > MAX_SIDE:
        raise InputError("model.size", size=max(size), side=MAX_SIDE)


def names(model: Any) -> list[str]:
    """The name of the stem and of every residual layer, in order."""
    stages = [len(stage.layers) for stage in model.base_model.encoder.stages]
    return ["embedder", *(f"stage {s}, layer {n + 1}" for s, count in enumerate(stages, 1) for n in range(count))]


def walk(model: Any, pixels: torch.Tensor) -> Walk:
    """The stem and every residual layer, without hooks: what `model.forward` computes, kept.

    pixels: (image, channel, row, column). Returns the maps (image, channel, row, column), each after its last ReLU.
    """
    state = model.base_model.embedder(pixels)  # B, C, H/4, W/4
    states = [state]
    for stage in model.base_model.encoder.stages:
        for layer in stage.layers:
            state = layer(state)
            states.append(state)
    return Walk(states, [])


def maps(model: Any, states: list[torch.Tensor], size: tuple[int, int]) -> list[torch.Tensor]:
    """The states: they are maps."""
    return states


def units(model: Any, side: int, position: Position) -> Units:
    """In every layer the unit whose theoretical field is centred nearest to the position."""
    layers = {re.sub("^embedder .*", "embedder", layer.name): layer for layer in theoretical.fields(model, side)}
    found, box, centre = [], [], []
    for layer in (layers[name] for name in names(model)):
        along, last = layer.row, layer.grid[0] - 1  # rows and columns alike: the picture is square
        row, column = (round((share * side - along.start) / along.jump) for share in position)
        unit = min(max(row, 0), last), min(max(column, 0), last)
        found.append(unit)
        box.append(theoretical.box(layer, *unit, side))
        centre.append([along.start + index * along.jump for index in unit])
    return Units(found, np.array(box, np.float32) / side, np.array(centre) / side)


def head(model: Any, state: torch.Tensor) -> Output:
    """Mean over the last map (image, channel, row, column), and head."""
    feature = model.base_model.pooler(state).flatten(1)  # B, C
    return Output(feature, model.classifier(feature))


def attention_reach(model: Any, walk: Walk, side: int, position: Position) -> AttentionReach:
    """There is no attention."""
    none = np.full((len(names(model)), 1, 1), np.nan, np.float32)
    return AttentionReach(none[:, 0, 0], none)


def patch_set(model: Any) -> int | None:
    """None: a CNN knows places by the order inside its kernels, by its padding and by the phase of its strides."""


def convolutional(model: Any) -> torch.nn.Module | None:
    """The last stage, whose map the head averages."""
    return model.base_model.encoder.stages[-1]


def first_kernel(model: Any, name: str) -> torch.Tensor:
    """The kernel (out, in, K, K) of the first convolution of a residual layer of `names`."""
    stage, number = (int(part) - 1 for part in re.findall(r"\d+", name))
    return model.base_model.encoder.stages[stage].layers[number].layer[0].convolution.weight
