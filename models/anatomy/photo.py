"""A photo walked through a Vision Transformer, from patch vector to class."""

import torch
from PIL import Image

from models.anatomy.flow import flow
from models.anatomy.walk import walk
from models.answer import probabilities
from models.checkpoint import OpenModel
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.traces.walk import VitWalkTrace
from models.vit import layers


def trace(vit: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> VitWalkTrace:
    """The residual stream of every patch in every layer of a model of families.VIT, and its logit lens.

    Raises InputError as models.vit.trace does.
    """
    prepared = prepare_model(photo, vit)
    model = prepared.model
    side, (rows, columns) = model.config.patch_size, layers.grid(model, prepared.size)
    progress.beat()
    with torch.inference_mode():
        stack, start = layers.stack(model), layers.start(model, prepared.pixels)
        steps = walk(stack, start.stream)
        prefix = ("CLS", "distillation")[: len(start.stream) - rows * columns]
        return VitWalkTrace(
            model=prepared.reference,
            grid=(rows, columns),
            prefix=prefix,
            labels=prepared.labels,
            pixels=prepared.picture()[: rows * side, : columns * side],
            flow=flow(
                "vit",
                stack,
                start,
                steps,
                (*prefix, *(str(number + 1) for number in range(rows * columns))),
                lambda state: probabilities(layers.read(model, state), model.config, vit.reference),
                lambda choices: tuple(prepared.labels[choice] for choice in choices),
            ),
        )
