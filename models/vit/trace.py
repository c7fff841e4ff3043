"""A photo through a Vision Transformer (Dosovitskiy et al. 2021) or DeiT (Touvron et al. 2021), insides included."""

import torch
from PIL import Image
from torch.nn import functional as F

from models.answer import independent, probabilities
from models.checkpoint import OpenModel
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.traces import VitTrace
from models.vit import layers


def trace(vit: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> VitTrace:
    """Run a photo through a model of families.VIT and keep what a lecture shows.

    Raises InputError when the model does not fit the lab's pictures, when its attention has more values than the lab
    keeps, or when it gives no numbers.
    """
    prepared = prepare_model(photo, vit)
    model, pixels = prepared.model, prepared.pixels
    side, (rows, columns) = model.config.patch_size, layers.grid(model, prepared.size)
    progress.beat()
    with torch.inference_mode():
        states, attention = layers.walk(model, pixels)
        lens_probability = probabilities(layers.head(model, torch.cat(states)).logits, model.config, vit.reference)
        patches = layers.patch_vectors(model, pixels)
        positions = layers.position_embeddings(model)
        directions = F.normalize(positions, dim=-1)  # T, D
        return VitTrace(
            model=prepared.reference,
            patch_size=side,
            grid=(rows, columns),
            prefix=("CLS", "distillation")[: len(positions) - len(patches)],
            labels=prepared.labels,
            independent=independent(model.config),
            pixels=prepared.picture()[: rows * side, : columns * side],
            unread=(prepared.size[0] - rows * side, prepared.size[1] - columns * side),
            attention=torch.cat(attention).cpu().numpy(),
            lens_probability=lens_probability.cpu().numpy(),
            patch_vector=patches.cpu().numpy(),
            embedding=layers.patch_embeddings(model, pixels).cpu().numpy(),
            position_similarity=(directions @ directions.T).cpu().numpy(),
        )
