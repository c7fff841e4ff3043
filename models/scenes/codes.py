"""A discrete autoencoder: a picture becomes an 8x8 grid of codes of one codebook, and codes a picture (VQ-VAE).

van den Oord et al. 2017: every place of the grid has the code whose vector is nearest to what the encoder gives there;
gradients pass the choice as if it were none (straight through). Vectors have one length, so that the nearest is the one
of the highest cosine (Yu et al. 2022, ViT-VQGAN): more codes come into use. DALL-E's own autoencoder (Ramesh et al.
2021) differs in that it draws codes by Gumbel-softmax while it learns.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from transformers import PretrainedConfig, PreTrainedModel

PATCH = 8
"""Pixels a side that a code stands for."""


class PictureCodesConfig(PretrainedConfig):
    """Sizes; a picture has `image_size` pixels a side, its grid has a place for each PATCH of them."""

    model_type = "picture_codes"

    def __init__(
        self, image_size: int = 64, n_code: int = 192, code_dim: int = 16, hidden_dim: int = 32, **kwargs: Any
    ) -> None:
        self.image_size, self.n_code, self.code_dim, self.hidden_dim = image_size, n_code, code_dim, hidden_dim
        super().__init__(**kwargs)


class Residual(nn.Module):
    """Two 3x3 convolutions beside the identity."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(n, n, 3, padding=1) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (B, n, H, W)."""
        return x + self.second(F.relu(self.first(F.relu(x))))


class PictureCodes(PreTrainedModel):
    """Encoder, codebook and decoder."""

    config_class = PictureCodesConfig
    config: PictureCodesConfig

    def __init__(self, config: PictureCodesConfig) -> None:
        super().__init__(config)
        n, wide = config.hidden_dim, 2 * config.hidden_dim
        self.encoder = nn.Sequential(
            *(nn.Conv2d(3, 2 * wide, PATCH, stride=PATCH), nn.ReLU()),
            *(nn.Conv2d(2 * wide, 2 * wide, 1), nn.ReLU()),
            nn.Conv2d(2 * wide, config.code_dim, 1),
        )
        self.codebook = nn.Embedding(config.n_code, config.code_dim)
        self.decoder = nn.Sequential(
            *(nn.Conv2d(config.code_dim, wide, 3, padding=1), Residual(wide)),
            *(nn.ConvTranspose2d(wide, n, 2, stride=2), Residual(n), nn.ReLU()),
            nn.ConvTranspose2d(n, 3, 4, stride=4),
        )
        self.post_init()

    def vectors(self, pictures: torch.Tensor) -> torch.Tensor:
        """What the encoder gives (B, row, column, code_dim), of length 1, for pictures (B, side, side, 3) of bytes.

        It sees each PATCH alone: equal patches have equal codes wherever they lie. Only the decoder sees neighbours.
        """
        pixels = pictures.movedim(-1, 1).float() / 255 - 0.5
        return F.normalize(self.encoder(pixels).movedim(1, -1), dim=-1)

    def chosen(self, codes: torch.Tensor) -> torch.Tensor:
        """The vectors (…, code_dim), of length 1, of codes (…)."""
        return F.normalize(self.codebook(codes), dim=-1)

    def nearest(self, vectors: torch.Tensor) -> torch.Tensor:
        """The codes (…) whose vectors lie nearest to those given (…, code_dim)."""
        return (vectors @ F.normalize(self.codebook.weight, dim=-1).T).argmax(-1)

    def encode(self, pictures: torch.Tensor) -> torch.Tensor:
        """The codes (B, row, column) of pictures (B, side, side, 3) of bytes."""
        return self.nearest(self.vectors(pictures))

    def pixels(self, vectors: torch.Tensor) -> torch.Tensor:
        """Pixels (B, side, side, 3), where 0 is black and 1 white, of vectors (B, row, column, code_dim)."""
        scaled = vectors * self.config.code_dim**0.5
        return self.decoder(scaled.movedim(-1, 1)).movedim(1, -1) + 0.5

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """Pictures (B, side, side, 3) of bytes from codes (B, row, column)."""
        return (self.pixels(self.chosen(codes)).clamp(0, 1) * 255).round().to(torch.uint8)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pixels, codes, the vectors before the choice and the codebook's; gradients of pixels pass the choice."""
        before = self.vectors(pictures)
        codes = self.nearest(before.detach())
        chosen = self.chosen(codes)
        return self.pixels(before + (chosen - before).detach()), codes, before, chosen
