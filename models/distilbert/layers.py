"""What the lab knows of the modules of a DistilBERT (Sanh et al. 2019)."""

from typing import Any

import torch

from models.parts import AttentionModules, FeedForwardModules, Part, Stack, Start, TextStack

STACKS: tuple[TextStack, ...] = ("encoder",)


def check(model: Any, reference: str) -> None:
    """All can be walked through."""


def most(model: Any) -> int | None:
    """How many tokens it has positions for."""
    return len(model.base_model.embeddings.position_embeddings.weight)


def stacks(model: Any, positions: bool = True) -> dict[TextStack, Stack]:
    """The encoder: self-attention and feed-forward in each layer, each before its norm.

    It knows positions by what `start` adds alone.
    """
    return {"encoder": Stack([_parts(layer) for layer in model.base_model.transformer.layer], pre_norm=False)}


def _parts(layer: Any) -> list[Part]:
    own, ffn = layer.attention, layer.ffn
    attention = AttentionModules(own.q_lin, own.k_lin, own.v_lin, own.out_lin, own.n_heads)
    return [
        Part("self_attention", layer.sa_layer_norm, attention),
        Part("feed_forward", layer.output_layer_norm, FeedForwardModules(ffn.lin1, ffn.activation, ffn.lin2)),
    ]


def start(model: Any, name: TextStack, ids: torch.Tensor, positions: bool = True) -> Start:
    """What enters the first layer for ids (token,), with or without positions."""
    tables = model.base_model.embeddings
    embedding, position = tables.word_embeddings(ids), tables.position_embeddings.weight[: len(ids)]
    return Start(embedding, position, tables.LayerNorm(embedding + position if positions else embedding))


def logits(model: Any, state: torch.Tensor) -> torch.Tensor:
    """The scores (…, vocabulary) that the output head gives to states (…, width)."""
    return model.vocab_projector(model.vocab_layer_norm(model.activation(model.vocab_transform(state))))
