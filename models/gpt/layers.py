"""What the lab knows of the modules of a GPT-2 (Radford et al. 2019)."""

from typing import Any

import torch
from torch import nn

from models.parts import AttentionModules, FeedForwardModules, Part, Stack, Start, TextStack

STACKS: tuple[TextStack, ...] = ("decoder",)


class Third(nn.Module):
    """Queries, keys or values: a third of what one fused projection makes of tokens (token, width), by a factor."""

    def __init__(self, fused: nn.Module, at: int, factor: float = 1.0) -> None:
        super().__init__()
        self.fused, self.at, self.factor = fused, at, factor

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.fused(tokens).chunk(3, -1)[self.at] * self.factor


def check(model: Any, reference: str) -> None:
    """All can be walked through."""


def most(model: Any) -> int | None:
    """How many tokens it has positions for."""
    return len(model.base_model.wpe.weight)


def stacks(model: Any, positions: bool = True) -> dict[TextStack, Stack]:
    """The decoder: masked self-attention and feed-forward in each layer, each after its norm.

    It knows positions by what `start` adds alone.
    """
    base = model.base_model
    return {"decoder": Stack([_parts(layer) for layer in base.h], pre_norm=True, final=base.ln_f)}


def _parts(layer: Any) -> list[Part]:
    own, mlp = layer.attn, layer.mlp
    factor = own.scaling * own.head_dim**0.5  # 1, but for models that scale scores otherwise than by √d
    query, key, value = Third(own.c_attn, 0, factor), Third(own.c_attn, 1), Third(own.c_attn, 2)
    return [
        Part("self_attention", layer.ln_1, AttentionModules(query, key, value, own.c_proj, own.num_heads)),
        Part("feed_forward", layer.ln_2, FeedForwardModules(mlp.c_fc, mlp.act, mlp.c_proj)),
    ]


def start(model: Any, name: TextStack, ids: torch.Tensor, positions: bool = True) -> Start:
    """What enters the first layer for ids (token,), with or without positions."""
    embedding, position = model.base_model.wte(ids), model.base_model.wpe.weight[: len(ids)]
    return Start(embedding, position, embedding + position if positions else embedding)


def logits(model: Any, state: torch.Tensor) -> torch.Tensor:
    """The scores (…, vocabulary) that the output head gives to states (…, width)."""
    return model.lm_head(state)
