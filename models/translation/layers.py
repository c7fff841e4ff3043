"""What the lab knows of the modules of encoder-decoders that normalise last: Marian's and BART's."""

from typing import Any

import torch

from models.errors import InputError
from models.parts import AttentionModules, FeedForwardModules, Part, Stack, Start

WALKED = ("MarianMTModel", "BartForConditionalGeneration")
"""The families whose layers can be walked through."""


def check(model: Any, reference: str) -> None:
    """Raise InputError for a model of another family."""
    if type(model).__name__ not in WALKED:
        raise InputError("anatomy.family", reference=reference, family=type(model).__name__)


def encoder(model: Any) -> Stack:
    """The encoder: self-attention and feed-forward in each layer."""
    return Stack([_parts(layer) for layer in model.get_encoder().layers], pre_norm=False)


def decoder(model: Any) -> Stack:
    """The decoder: masked self-attention, cross-attention and feed-forward in each layer."""
    return Stack([_parts(layer) for layer in model.get_decoder().layers], pre_norm=False)


def _parts(layer: Any) -> list[Part]:
    parts = [Part("self_attention", layer.self_attn_layer_norm, _attention(layer.self_attn))]
    if hasattr(layer, "encoder_attn"):
        parts.append(Part("cross_attention", layer.encoder_attn_layer_norm, _attention(layer.encoder_attn)))
    feed_forward = FeedForwardModules(layer.fc1, layer.activation_fn, layer.fc2)
    return [*parts, Part("feed_forward", layer.final_layer_norm, feed_forward)]


def _attention(attention: Any) -> AttentionModules:
    return AttentionModules(
        attention.q_proj, attention.k_proj, attention.v_proj, attention.out_proj, attention.num_heads
    )


def start(half: Any, ids: torch.Tensor, positions: bool = True) -> Start:
    """What enters the first layer of an encoder or decoder module for ids (token,), with or without positions."""
    embedding = half.embed_tokens(ids) * getattr(half, "embed_scale", 1.0)
    table = half.embed_positions
    position = table.weight[getattr(table, "offset", 0) :][: len(ids)]
    stream = embedding + position if positions else embedding
    norm = getattr(half, "layernorm_embedding", None)
    return Start(embedding, position, norm(stream) if norm else stream)


def logits(model: Any, state: torch.Tensor) -> torch.Tensor:
    """The scores (…, vocabulary) that the output head gives to states (…, width)."""
    return model.lm_head(state) + model.final_logits_bias[0]
