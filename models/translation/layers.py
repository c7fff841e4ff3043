"""What the lab knows of the modules of the encoder-decoders whose positions are added to the embeddings."""

from typing import Any

import torch

from models.errors import InputError
from models.parts import AttentionModules, FeedForwardModules, Part, Stack, Start, TextStack, unchanged
from models.translation.positions import most_positions

STACKS: tuple[TextStack, ...] = ("encoder", "decoder")
WALKED = (
    "MarianMTModel",
    "BartForConditionalGeneration",
    "PLBartForConditionalGeneration",
    "MvpForConditionalGeneration",
    "MBartForConditionalGeneration",
    "M2M100ForConditionalGeneration",
    "PegasusForConditionalGeneration",
    "BlenderbotForConditionalGeneration",
)
"""The families whose layers can be walked through: four that normalise last, and four that normalise first."""


def check(model: Any, reference: str) -> None:
    """Raise InputError for a model of another family."""
    if type(model).__name__ not in WALKED:
        raise InputError("anatomy.family", reference=reference, family=type(model).__name__)


def most(model: Any) -> int | None:
    """How many tokens of a sentence it has positions for."""
    return most_positions(model, "encoder")


def stacks(model: Any, positions: bool = True) -> dict[TextStack, Stack]:
    """The encoder, and the decoder with masked self-attention, cross-attention and feed-forward in each layer.

    Both know positions by what `start` adds alone.
    """
    return {name: _stack(_half(model, name)) for name in STACKS}


def _half(model: Any, name: TextStack) -> Any:
    return model.get_encoder() if name == "encoder" else model.get_decoder()


def _stack(half: Any) -> Stack:
    """A half that ends with a norm has one before each part, too."""
    final = getattr(half, "layer_norm", None)
    return Stack([_parts(layer) for layer in half.layers], pre_norm=final is not None, final=final or unchanged)


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


def start(model: Any, name: TextStack, ids: torch.Tensor, positions: bool = True) -> Start:
    """What enters the first layer of the encoder or the decoder for ids (token,), with or without positions."""
    half = _half(model, name)
    embedding = half.embed_tokens(ids) * getattr(half, "embed_scale", 1.0)
    position = _table(half.embed_positions)[: len(ids)]
    stream = embedding + position if positions else embedding
    norm = getattr(half, "layernorm_embedding", None)
    return Start(embedding, position, norm(stream) if norm else stream)


def _table(positions: Any) -> torch.Tensor:
    """From the first position; an M2M100's, which is no parameter, begins behind that of the padding."""
    if hasattr(positions, "weights"):
        return positions.weights[positions.padding_idx + 1 :]
    return positions.weight[getattr(positions, "offset", 0) :]


def logits(model: Any, state: torch.Tensor) -> torch.Tensor:
    """The scores (…, vocabulary) that the output head gives to states (…, width)."""
    return model.lm_head(state) + getattr(model, "final_logits_bias", torch.zeros(1, 1).to(state))[0]
