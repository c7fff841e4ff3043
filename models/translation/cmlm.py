"""CMLM: the conditional masked language model of Mask-Predict (Ghazvininejad et al. 2019), which transformers lacks.

An encoder-decoder like Marian's, whose decoder has no causal mask: it predicts all masked positions at once. A learned
LENGTH token before the source predicts how many tokens the target has. Weights carry Marian's names, so that a model
can start from a trained translator's.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from transformers import AutoConfig, PretrainedConfig, PreTrainedModel

from models.translation.vocabulary import MASK, PAD


class CmlmConfig(PretrainedConfig):
    """Sizes by the names of the papers; a target has no </s>, its length says where it ends."""

    model_type = "cmlm"

    def __init__(
        self,
        vocab_size: int = 6000,
        n_layer: int = 4,
        n_embd: int = 128,
        n_head: int = 4,
        n_inner: int = 256,
        n_length: int = 128,
        dropout: float = 0.2,
        mask_token_id: int = MASK,
        pad_token_id: int = PAD,
        **kwargs: Any,
    ) -> None:
        self.vocab_size, self.n_layer, self.n_embd = vocab_size, n_layer, n_embd
        self.n_head, self.n_inner, self.n_length = n_head, n_inner, n_length
        if (mask_token_id, pad_token_id) != (MASK, PAD):
            raise ValueError(f"the mask is token {MASK} and padding is token {PAD}")
        self.dropout, self.mask_token_id = dropout, mask_token_id
        super().__init__(**kwargs)
        self.pad_token_id = pad_token_id


@dataclass
class Encoded:
    """The source as the decoder sees it, and what it tells of the target's length."""

    states: torch.Tensor
    """(sentence, source, width)"""
    mask: torch.Tensor
    """(sentence, source), True where there is a token"""
    length_logits: torch.Tensor
    """(sentence, length); no target has length 0"""


class Attention(nn.Module):
    """Multi-head attention that returns its weights too."""

    def __init__(self, n_embd: int, n_head: int) -> None:
        super().__init__()
        if n_embd % n_head:
            raise ValueError("each head has an equal share of the width")
        self.n_head = n_head
        self.k_proj, self.v_proj, self.q_proj, self.out_proj = (nn.Linear(n_embd, n_embd) for _ in range(4))

    def forward(self, x: torch.Tensor, memory: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """x (B, T, C) looks at memory (B, S, C) where mask (B, S) allows: (B, T, C) and weights (B, H, T, S)."""
        q, k, v = (
            part.unflatten(-1, (self.n_head, -1)).transpose(1, 2)
            for part in (self.q_proj(x), self.k_proj(memory), self.v_proj(memory))
        )  # B, H, T or S, D
        scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5  # B, H, T, S
        weights = scores.masked_fill(~mask[:, None, None], float("-inf")).softmax(-1)  # B, H, T, S
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2)), weights  # B, T, C


class Layer(nn.Module):
    """Self-attention, cross-attention in a decoder, and two linear layers; each followed by norm, as in the original
    transformer."""

    def __init__(self, config: CmlmConfig, decoder: bool) -> None:
        super().__init__()
        self.dropout = nn.Dropout(config.dropout)
        self.self_attn = Attention(config.n_embd, config.n_head)
        self.self_attn_layer_norm = nn.LayerNorm(config.n_embd)
        if decoder:
            self.encoder_attn = Attention(config.n_embd, config.n_head)
            self.encoder_attn_layer_norm = nn.LayerNorm(config.n_embd)
        self.fc1, self.fc2 = nn.Linear(config.n_embd, config.n_inner), nn.Linear(config.n_inner, config.n_embd)
        self.final_layer_norm = nn.LayerNorm(config.n_embd)

    def forward(self, x: torch.Tensor, mask: torch.Tensor, source: Encoded | None = None) -> tuple:
        """x (B, T, C): the new states and the weights of self- and cross-attention (B, H, T, T or S)."""
        seen, self_attention = self.self_attn(x, x, mask)
        x = self.self_attn_layer_norm(x + self.dropout(seen))  # B, T, C
        cross_attention = None
        if source:
            seen, cross_attention = self.encoder_attn(x, source.states, source.mask)
            x = self.encoder_attn_layer_norm(x + self.dropout(seen))  # B, T, C
        x = self.final_layer_norm(x + self.dropout(self.fc2(F.relu(self.fc1(x)))))  # B, T, C
        return x, self_attention, cross_attention


class CmlmForTranslation(PreTrainedModel):
    """encode() the source once, then decode() a partly masked target as often as wanted."""

    config_class = CmlmConfig
    config: CmlmConfig

    def __init__(self, config: CmlmConfig) -> None:
        super().__init__(config)
        self.shared = nn.Embedding(config.vocab_size, config.n_embd, config.pad_token_id)
        self.length_token = nn.Embedding(1, config.n_embd)
        self.length_head = nn.Linear(config.n_embd, config.n_length)
        self.encoder = nn.ModuleDict({"layers": nn.ModuleList(Layer(config, False) for _ in range(config.n_layer))})
        self.decoder = nn.ModuleDict({"layers": nn.ModuleList(Layer(config, True) for _ in range(config.n_layer))})
        self.final_logits_bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.dropout = nn.Dropout(config.dropout)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=self.config.n_embd**-0.5)

    def get_input_embeddings(self) -> nn.Embedding:
        """The token embeddings, which are those of the output too."""
        return self.shared

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """ids (B, T): token embeddings, scaled, plus positions (B, T, C)."""
        x = self.shared(ids) * self.config.n_embd**0.5
        return self.dropout(x + positions(ids.shape[1], self.config.n_embd).to(x))

    def encode(self, ids: torch.Tensor) -> Encoded:
        """Source ids (B, S), padded at the end."""
        mask = ids.ne(self.config.pad_token_id)
        length_token = self.dropout(self.length_token(ids.new_zeros(len(ids), 1)))  # B, 1, C
        x = torch.cat([length_token, self.embed(ids)], 1)  # B, 1+S, C
        seen = F.pad(mask, (1, 0), value=True)  # B, 1+S
        for layer in self.encoder["layers"]:  # type: ignore[union-attr]
            x, _, _ = layer(x, seen)
        length_logits = self.length_head(x[:, 0])  # B, L
        never = torch.arange(length_logits.shape[1], device=ids.device) == 0
        return Encoded(x[:, 1:], mask, length_logits.masked_fill(never, float("-inf")))

    def decode(self, ids: torch.Tensor, source: Encoded) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Partly masked target ids (B, T), padded at the end: states for logits() (B, T, C), self-attention
        (B, L, H, T, T) and cross-attention (B, L, H, T, S)."""
        mask, x, self_attention, cross_attention = ids.ne(self.config.pad_token_id), self.embed(ids), [], []
        for layer in self.decoder["layers"]:  # type: ignore[union-attr]
            x, own, cross = layer(x, mask, source)
            self_attention.append(own)
            cross_attention.append(cross)
        return x, torch.stack(self_attention, 1), torch.stack(cross_attention, 1)

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """states (..., C): scores of all tokens (..., V)."""
        return F.linear(states, self.shared.weight, self.final_logits_bias)


def positions(count: int, width: int) -> torch.Tensor:
    """Sines, then cosines, of position / 10000^(2i/width) (position, width), laid out as Marian's."""
    angle = torch.arange(count)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)  # T, C/2
    return torch.cat([angle.sin(), angle.cos()], 1)


AutoConfig.register(CmlmConfig.model_type, CmlmConfig)
