"""What the lab knows of the modules of a Llama (Touvron et al. 2023), in which attention alone knows positions."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from models.parts import AttentionModules, FeedForwardModules, Part, Stack, Start, TextStack

STACKS: tuple[TextStack, ...] = ("decoder",)


@dataclass(eq=False)
class RmsNorm:
    """A norm without mean and bias (Zhang and Sennrich 2019)."""

    module: nn.Module
    weight: torch.Tensor
    bias: torch.Tensor
    eps: float

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.module(x)


class Heads(nn.Module):
    """A projection of tokens (…, token, width) into the heads (…, token, head * dim) that attend.

    rotary: what gives the angles of each position, where heads are rotated (Su et al. 2021). repeated: how many heads
    share what each one of the projection makes (Ainslie et al. 2023).
    """

    def __init__(self, projection: nn.Module, dim: int, rotary: nn.Module | None = None, repeated: int = 1) -> None:
        super().__init__()
        self.projection, self.dim, self.rotary, self.repeated = projection, dim, rotary, repeated

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        heads = self.projection(tokens).unflatten(-1, (-1, self.dim))  # …, T, H, D
        if self.rotary is not None:
            places = torch.arange(tokens.shape[-2], device=tokens.device)[None]
            cosine, sine = (angles[0, :, None] for angles in self.rotary(tokens, places))  # T, 1, D
            one, other = heads.chunk(2, -1)
            heads = heads * cosine + torch.cat([-other, one], -1) * sine
        return heads.repeat_interleave(self.repeated, dim=-2).flatten(-2)


def check(model: Any, reference: str) -> None:
    """All can be walked through."""


def most(model: Any) -> int | None:
    """None: any position has its angles."""
    return None


def stacks(model: Any, positions: bool = True) -> dict[TextStack, Stack]:
    """The decoder: masked self-attention and feed-forward in each layer, each after its norm.

    positions: whether queries and keys are rotated by theirs.
    """
    base = model.base_model
    rotary = base.rotary_emb if positions else None
    return {
        "decoder": Stack([_parts(layer, rotary) for layer in base.layers], True, centred=False, final=_norm(base.norm))
    }


def _parts(layer: Any, rotary: nn.Module | None) -> list[Part]:
    own, mlp = layer.self_attn, layer.mlp
    repeated = own.num_key_value_groups
    attention = AttentionModules(
        query=Heads(own.q_proj, own.head_dim, rotary),
        key=Heads(own.k_proj, own.head_dim, rotary, repeated),
        value=Heads(own.v_proj, own.head_dim, None, repeated),
        output=own.o_proj,
        heads=own.config.num_attention_heads,
    )
    feed_forward = FeedForwardModules(mlp.gate_proj, mlp.act_fn, mlp.down_proj, gate=mlp.up_proj)
    return [
        Part("self_attention", _norm(layer.input_layernorm), attention),
        Part("feed_forward", _norm(layer.post_attention_layernorm), feed_forward),
    ]


def _norm(module: Any) -> RmsNorm:
    return RmsNorm(module, module.weight, torch.zeros_like(module.weight), module.variance_epsilon)


def start(model: Any, name: TextStack, ids: torch.Tensor, positions: bool = True) -> Start:
    """What enters the first layer for ids (token,): their embeddings alone."""
    embedding = model.base_model.embed_tokens(ids)
    return Start(embedding, torch.zeros_like(embedding), embedding)


def logits(model: Any, state: torch.Tensor) -> torch.Tensor:
    """The scores (…, vocabulary) that the output head gives to states (…, width)."""
    return model.lm_head(state)
