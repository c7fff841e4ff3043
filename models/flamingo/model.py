"""Flamingo (Alayrac et al. 2022), small: a frozen language model that sees through gated cross-attention.

A photo's places become a few latents in a resampler. Before every layer of the language model a gated block looks at
them: what it adds is multiplied by tanh of a gate that begins at 0, so that training begins at the language model as it
was. Only the resampler and the gated blocks learn.
"""

from typing import Any, ClassVar, NamedTuple

import torch
from torch import nn
from transformers import (
    EfficientNetConfig,
    EfficientNetModel,
    GPT2Config,
    GPT2LMHeadModel,
    PretrainedConfig,
    PreTrainedModel,
)

Factor = float | torch.Tensor
"""What all gates are multiplied by: one number, or one for each row, (row, 1, 1)."""


class FlamingoConfig(PretrainedConfig):
    """Two configs, and the sizes of what lies between the two models; its width is the language model's."""

    model_type = "small_flamingo"
    sub_configs_defaults: ClassVar[dict[str, Any]] = {"vision_config": EfficientNetConfig, "text_config": GPT2Config}

    def __init__(
        self,
        vision_config: dict[str, Any] | None = None,
        text_config: dict[str, Any] | None = None,
        n_latent: int = 16,
        n_head: int = 4,
        image_token_id: int = 2,
        **kwargs: Any,
    ) -> None:
        self.vision_config: Any = vision_config
        self.text_config: Any = text_config
        self.n_latent, self.n_head, self.image_token_id = n_latent, n_head, image_token_id
        super().__init__(**kwargs)


class Attention(nn.Module):
    """Multi-head attention, without biases, that returns its weights too."""

    def __init__(self, width: int, n_head: int) -> None:
        super().__init__()
        self.n_head = n_head
        self.query, self.key, self.value, self.output = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(
        self, x: torch.Tensor, memory: torch.Tensor, visible: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """x (row, query, width) looks at memory (row, key, width): the same shape as x, and (row, head, query, key).

        visible: (row, query, key), all where it is None. A query that may see nothing gets zeros.
        """
        query, key, value = (
            part.unflatten(-1, (self.n_head, -1)).transpose(1, 2)
            for part in (self.query(x), self.key(memory), self.value(memory))
        )  # row, head, query or key, width of a head
        scores = query @ key.transpose(-2, -1) * query.shape[-1] ** -0.5
        if visible is None:
            weights = scores.softmax(-1)
        else:
            seen = visible[:, None]
            weights = scores.masked_fill(~seen, torch.finfo(scores.dtype).min).softmax(-1) * seen
        return self.output((weights @ value).transpose(1, 2).flatten(2)), weights


def feed_forward(width: int) -> nn.Sequential:
    """Two linear maps with GELU between them, four times as wide, after a norm."""
    wide = 4 * width
    return nn.Sequential(
        nn.LayerNorm(width), nn.Linear(width, wide, bias=False), nn.GELU(), nn.Linear(wide, width, bias=False)
    )


class Resampler(nn.Module):
    """Perceiver resampler of one layer: learned latents look at a photo's places, and at themselves."""

    def __init__(self, n_feature: int, width: int, n_latent: int, n_head: int) -> None:
        super().__init__()
        self.project = nn.Linear(n_feature, width)
        self.place_norm, self.latent_norm, self.final_norm = (nn.LayerNorm(width) for _ in range(3))
        self.latents = nn.Parameter(torch.randn(n_latent, width) * width**-0.5)
        self.attention = Attention(width, n_head)
        self.feed_forward = feed_forward(width)

    def forward(self, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Latents (photo, latent, width) of places (photo, place, feature), and where each looks.

        That is (photo, head, latent, place + latent).
        """
        latents = self.latents.expand(len(places), -1, -1)
        own = self.latent_norm(latents)
        memory = torch.cat([self.place_norm(self.project(places)), own], 1)
        looked, weights = self.attention(own, memory)
        latents = latents + looked
        return self.final_norm(latents + self.feed_forward(latents)), weights


class GatedBlock(nn.Module):
    """Cross-attention and feed-forward, each behind a gate: they add tanh(gate) times what they make."""

    def __init__(self, width: int, n_head: int) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(width), Attention(width, n_head)
        self.feed_forward = feed_forward(width)
        self.attention_gate, self.feed_forward_gate = (nn.Parameter(torch.zeros(1)) for _ in range(2))

    def forward(
        self, text: torch.Tensor, latents: torch.Tensor, visible: torch.Tensor, factor: Factor = 1.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The stream (row, token, width) after both, and attention (row, head, token, latent).

        latents: (row, latent, width), of all photos of a row. visible: (row, token, latent).
        """
        looked, weights = self.attention(self.norm(text), latents, visible)
        text = text + factor * self.attention_gate.tanh() * looked
        return text + factor * self.feed_forward_gate.tanh() * self.feed_forward(text), weights


class Read(NamedTuple):
    """What became of rows of tokens."""

    states: torch.Tensor
    """(row, token, width): what the output head reads."""
    attention: list[torch.Tensor]
    """(row, head, token, photo * latent) of every gated block."""


class FlamingoForCaptioning(PreTrainedModel):
    """see() a photo's places once, then read() text that comes after photos."""

    config_class = FlamingoConfig
    config: FlamingoConfig

    def __init__(self, config: FlamingoConfig) -> None:
        super().__init__(config)
        width = config.text_config.n_embd
        self.vision_model = EfficientNetModel(config.vision_config)
        self.language = GPT2LMHeadModel(config.text_config)
        self.resampler = Resampler(config.vision_config.hidden_dim, width, config.n_latent, config.n_head)
        self.gated = nn.ModuleList(GatedBlock(width, config.n_head) for _ in range(config.text_config.n_layer))
        self.post_init()

    def see(self, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The resampler's latents (photo, latent, width), and where they look (photo, head, latent, place + latent)."""
        return self.resampler(places)

    def read(self, input_ids: torch.Tensor, latents: torch.Tensor, factor: Factor = 1.0) -> Read:
        """Rows of tokens (row, token) with photos (row, photo, latent, width), one for each image token, in order.

        factor: of all gates; at 0 the language model is alone.
        """
        base: Any = self.language.transformer
        visible = last_photo(input_ids == self.config.image_token_id, latents.shape[1])
        visible = visible.repeat_interleave(latents.shape[2], -1)  # row, token, photo * latent
        place = torch.arange(input_ids.shape[1], device=input_ids.device)
        stream = base.wte(input_ids) + base.wpe(place)
        later = torch.full((len(place), len(place)), torch.finfo(stream.dtype).min, device=place.device).triu(1)
        attention = []
        for gated, layer in zip(self.gated, base.h, strict=True):
            stream, weights = gated(stream, latents.flatten(1, 2), visible, factor)
            stream = layer(stream, attention_mask=later[None, None])
            attention.append(weights)
        return Read(base.ln_f(stream), attention)

    def gates(self) -> dict[str, torch.Tensor]:
        """What the learned gates let through, tanh of them, (layer,), by what they open."""
        blocks: Any = list(self.gated)
        return {
            "attention": torch.cat([block.attention_gate for block in blocks]).tanh(),
            "feed_forward": torch.cat([block.feed_forward_gate for block in blocks]).tanh(),
        }

    def forward(self, input_ids: torch.Tensor, latents: torch.Tensor, factor: Factor = 1.0) -> torch.Tensor:
        """Logits (row, token, vocabulary) of what comes next; arguments as those of `read`."""
        return self.language.lm_head(self.read(input_ids, latents, factor).states)


def last_photo(is_image: torch.Tensor, n_photo: int) -> torch.Tensor:
    """Which photo each token sees, (row, token, photo): the last one at or before it, and no other.

    is_image: (row, token), where a photo is seen from.
    """
    seen = is_image.cumsum(-1)
    return seen[..., None] == torch.arange(1, n_photo + 1, device=seen.device)
