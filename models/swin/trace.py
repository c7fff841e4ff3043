"""A photo through a Swin Transformer (Liu et al. 2021), every block of every stage included."""

import numpy as np
import torch
from PIL import Image

from models.answer import probabilities
from models.checkpoint import OpenModel
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.swin import layers
from models.swin.windows import region_ids, window_token
from models.traces import SwinBlock, SwinTrace


def trace(swin: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> SwinTrace:
    """Run a photo through a model of families.SWIN and keep what a lecture shows.

    Raises InputError when the model does not fit the lab's pictures, when one of its maps cannot be cut into whole
    windows, when its attention has more values than the lab keeps, or when it gives no numbers.
    """
    prepared = prepare_model(photo, swin)
    model = prepared.model
    progress.beat()
    with torch.inference_mode():
        states, attention = layers.walk(model, prepared.pixels)
        probability = probabilities(layers.head(model, states[-1]).logits[0], model.config, swin.reference)
    blocks = layers.blocks(model.config, prepared.size)
    return SwinTrace(
        model=prepared.reference,
        patch_size=model.config.patch_size,
        labels=prepared.labels,
        pixels=prepared.picture(),
        probability=probability.cpu().numpy(),
        blocks=tuple(record(one, each.cpu().numpy()) for one, each in zip(blocks, attention, strict=True)),
    )


def record(block: layers.Block, attention: np.ndarray) -> SwinBlock:
    """A block with its attention (window, head, query, key) in one photo."""
    place = block.grid, block.window_size, block.shift_size
    return SwinBlock(
        **block._asdict(), window_token=window_token(*place), region=region_ids(*place), attention=attention
    )
