"""A photo through a MobileViT (Mehta & Rastegari 2022), every map and all attention of its blocks included."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import torch
from PIL import Image

from models.answer import probabilities
from models.checkpoint import OpenModel
from models.mobilevit import layers
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.traces import MobileVitBlock, MobileVitTrace


def trace(mobilevit: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> MobileVitTrace:
    """Run a photo through a model of families.MOBILEVIT and keep what a lecture shows.

    Raises InputError when the model does not fit the lab's pictures, when one of its maps cannot be cut into whole
    patches, when its attention has more values than the lab keeps, or when it gives no numbers.
    """
    prepared = prepare_model(photo, mobilevit)
    model = prepared.model
    progress.beat()
    with torch.inference_mode():
        states, attention = layers.walk(model, prepared.pixels)
        probability = probabilities(layers.head(model, states[-1]).logits[0], model.config, mobilevit.reference)
    looked = iter(attention)
    passed = zip(layers.layers(model, prepared.size), states, strict=True)
    blocks = [
        record(stage, model.config, list(part), looked)
        for stage, part in groupby(passed, key=lambda one: one[0].block)
        if stage is not None
    ]
    return MobileVitTrace(
        model=prepared.reference,
        labels=prepared.labels,
        pixels=prepared.picture(),
        probability=probability.cpu().numpy(),
        blocks=tuple(blocks),
    )


def record(
    stage: int, config: Any, part: list[tuple[layers.Layer, torch.Tensor]], looked: Iterator[torch.Tensor]
) -> MobileVitBlock:
    """One block of its layers, each with its map (1, channel, row, column), and the attention that comes next.

    config: the model's. looked: (place, head, query, key) of each Transformer layer in turn.
    """
    own = [layer for layer, _ in part]
    return MobileVitBlock(
        stage=stage,
        patch_size=config.patch_size,
        kernel_size=config.conv_kernel_size,
        jump=own[0].field.jump,
        size=np.stack([state[0].abs().mean(0).cpu().numpy() for _, state in part]),
        attention=np.stack([next(looked).cpu().numpy() for layer in own if layer.attends]),
        left=np.array([layer.field.left for layer in own]),
        right=np.array([layer.field.right for layer in own]),
        everywhere=np.array([layer.everywhere for layer in own]),
    )
