"""A photo through a Vision Transformer (Dosovitskiy et al. 2021) or DeiT (Touvron et al. 2021), insides included."""

import torch
from PIL import Image
from torch.nn import functional as F

from models.attention import refuse_oversized_attention
from models.checkpoint import open_model
from models.device import compute_lock, device
from models.errors import InputError
from models.pixels import class_names, denormalise, prepare
from models.progress import NO_PROGRESS, Progress
from models.traces import VitTrace

FAMILIES = ("ViTForImageClassification", "DeiTForImageClassification", "DeiTForImageClassificationWithTeacher")


def trace(image: Image.Image | None, reference: str | None, progress: Progress = NO_PROGRESS) -> VitTrace:
    """Run `image` (RGB) through the model that `reference` names and keep what a lecture shows.

    `progress` hears of a download. Raises InputError when there is no image, when the model cannot be opened, or when
    its attention has more values than the lab keeps.
    """
    if image is None:
        raise InputError("photo.missing")
    _, model, processor = open_model(reference, FAMILIES, "image", progress)
    config = model.config
    tokens = model.base_model.embeddings.position_embeddings.shape[1]
    refuse_oversized_attention(config.num_hidden_layers * config.num_attention_heads * tokens**2, reference)
    if not isinstance(config.patch_size, int):
        raise InputError("model.unreadable", reference=reference)
    pixel_values = prepare(image, processor, config).to(device())
    with compute_lock, torch.inference_mode():
        states, attention = walk(model, pixel_values)
        lens = predict(model, states).softmax(-1)
        patches = F.unfold(pixel_values, config.patch_size, stride=config.patch_size)[0].T  # T, C*P*P
        embedding = model.base_model.embeddings.patch_embeddings(pixel_values)[0]  # T, D
        position = F.normalize(model.base_model.embeddings.position_embeddings[0], dim=-1)  # T, D
        height, width = pixel_values.shape[-2:]
        return VitTrace(
            model=str(reference),
            patch_size=config.patch_size,
            grid=(height // config.patch_size, width // config.patch_size),
            prefix=("CLS", "distillation")[: tokens - len(patches)],
            labels=class_names(config, lens.shape[-1]),
            pixels=denormalise(pixel_values[0].cpu().numpy(), processor),
            attention=attention.cpu().numpy(),
            lens_probability=lens.cpu().numpy(),
            patch_vector=patches.cpu().numpy(),
            embedding=embedding.cpu().numpy(),
            position_similarity=(position @ position.T).cpu().numpy(),
        )


def walk(model, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The encoder, layer by layer, without hooks: what `model.forward` computes, kept.

    Returns the states (depth, T, D) before the first and after every layer, and the attention (layer, H, T, T).
    """
    encoder = model.base_model
    state = encoder.embeddings(pixel_values)  # 1, T, D
    states, attentions = [state], []
    for layer in encoder.layers:
        context, attention = layer.attention(layer.layernorm_before(state))  # 1, T, D and 1, H, T, T
        state = state + context
        state = state + layer.mlp(layer.layernorm_after(state))
        states.append(state)
        attentions.append(attention)
    return torch.cat(states), torch.cat(attentions)


def predict(model, states: torch.Tensor) -> torch.Tensor:
    """Logits (depth, label) of every state (depth, T, D) through the model's final norm and head: the logit lens."""
    final = model.base_model.layernorm(states)
    if hasattr(model, "cls_classifier"):
        return (model.cls_classifier(final[:, 0]) + model.distillation_classifier(final[:, 1])) / 2
    return model.classifier(final[:, 0])
