"""What the lab knows of the modules of a BERT (Devlin et al. 2019) or a RoBERTa (Liu et al. 2019)."""

from typing import Any

import torch

from models.parts import AttentionModules, FeedForwardModules, Part, Stack, Start, TextStack

STACKS: tuple[TextStack, ...] = ("encoder",)


def check(model: Any, reference: str) -> None:
    """All can be walked through."""


def most(model: Any) -> int | None:
    """How many tokens it has positions for."""
    return len(_table(model))


def stacks(model: Any, positions: bool = True) -> dict[TextStack, Stack]:
    """The encoder: self-attention and feed-forward in each layer, each before its norm.

    It knows positions by what `start` adds alone.
    """
    return {"encoder": Stack([_parts(layer) for layer in model.base_model.encoder.layer], pre_norm=False)}


def _parts(layer: Any) -> list[Part]:
    own, after, outer = layer.attention.self, layer.attention.output, layer.output
    attention = AttentionModules(own.query, own.key, own.value, after.dense, own.num_attention_heads)
    inner = layer.intermediate
    feed_forward = FeedForwardModules(inner.dense, inner.intermediate_act_fn, outer.dense)
    return [
        Part("self_attention", after.LayerNorm, attention),
        Part("feed_forward", outer.LayerNorm, feed_forward),
    ]


def start(model: Any, name: TextStack, ids: torch.Tensor, positions: bool = True) -> Start:
    """What enters the first layer for ids (token,), with or without positions.

    The embedding is a token's own and that of the first of two sentences.
    """
    tables = model.base_model.embeddings
    embedding = tables.word_embeddings(ids) + tables.token_type_embeddings.weight[0]
    position = _table(model)[: len(ids)]
    return Start(embedding, position, tables.LayerNorm(embedding + position if positions else embedding))


def _table(model: Any) -> torch.Tensor:
    """From the first position; a RoBERTa's begins behind that of the padding."""
    table = model.base_model.embeddings.position_embeddings
    return table.weight if table.padding_idx is None else table.weight[table.padding_idx + 1 :]


def logits(model: Any, state: torch.Tensor) -> torch.Tensor:
    """The scores (…, vocabulary) that the output head gives to states (…, width)."""
    head = model.cls if hasattr(model, "cls") else model.lm_head
    return head(state)
