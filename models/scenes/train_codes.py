"""scenes-codes: the discrete autoencoder of the scenes, trained from scratch on the training pictures alone.

What it does: mean squared error of the pixels, codes drawn to what the encoder gives and the encoder to its codes
(VQ-VAE's two further terms); every 25 steps a code that no picture of a sample uses is put where the encoder gives
something. Adam, cosine schedule. Held-out pictures are encoded once, at the end, from the saved file.
Run: python -m models.scenes.train_codes
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, RandomSampler

from models import training
from models.checkpoint import BUNDLED
from models.device import device
from models.scenes.bundled import CODES
from models.scenes.codes import PictureCodes, PictureCodesConfig
from models.scenes.world import Scene, draw, parts

NAME = CODES
EVERY = 25
"""Steps between two rows of the history."""
SAMPLE, WATCHED = 512, 96
"""Pictures that decide whether a code is in use; new ones that a row of the history is measured on."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result."""

    seed: int = 1
    n_code: int = 192
    code_dim: int = 16
    hidden_dim: int = 32
    batch: int = 32
    steps: int = 1500
    lr: float = 3e-3
    warmup: float = 0.05
    """Share of the steps."""
    commitment: float = 0.25
    """Weight of what draws the encoder to its codes (beta of the paper)."""


RECIPE = Recipe()


def build(recipe: Recipe) -> Any:
    """The model with fresh weights."""
    return PictureCodes(
        PictureCodesConfig(n_code=recipe.n_code, code_dim=recipe.code_dim, hidden_dim=recipe.hidden_dim)
    )


def pictures(scenes: Sequence[Scene]) -> torch.Tensor:
    """Bytes (scene, side, side, 3)."""
    return torch.from_numpy(np.stack([draw(scene) for scene in scenes]))


def loss(model: Any, batch: torch.Tensor, variance: float, commitment: float) -> torch.Tensor:
    """Squared error in parts of the pictures' `variance`, and the two distances between vectors and their codes."""
    pixels, _, before, chosen = model(batch)
    error = F.mse_loss(pixels, batch.float() / 255) / variance
    drawn = (chosen - before.detach()).square().sum(-1).mean()
    committed = (before - chosen.detach()).square().sum(-1).mean()
    return error + drawn + commitment * committed


@torch.inference_mode()
def encode(model: Any, shown: torch.Tensor, batch: int = 256) -> torch.Tensor:
    """Codes (picture, row, column) of pictures of bytes."""
    return torch.cat([model.encode(part.to(model.device)) for part in shown.split(batch)])


@torch.no_grad()
def revive(model: Any, shown: torch.Tensor) -> None:
    """Put each code that no picture of `shown` uses where the encoder gives something far from all codes.

    Drawn in proportion to the squared distance from the nearest code (k-means++), for most patches are paper alike.
    """
    vectors = model.vectors(shown.to(model.device)).flatten(0, -2)
    codes = model.nearest(vectors)
    unused = torch.bincount(codes, minlength=model.config.n_code).eq(0)
    far = (vectors - model.chosen(codes)).square().sum(-1)
    if count := int(unused.sum()):
        model.codebook.weight[unused] = vectors[torch.multinomial(far + 1e-9, count)]


@torch.inference_mode()
def evaluate(model: Any, shown: torch.Tensor) -> dict[str, float]:
    """PSNR in decibels (mean over pictures), codes in use, and perplexity of their use."""
    codes = encode(model, shown)
    error = [
        (model.decode(some).float() / 255 - part.to(model.device).float() / 255).square().mean((1, 2, 3))
        for some, part in zip(codes.split(256), shown.split(256), strict=True)
    ]
    share = torch.bincount(codes.flatten(), minlength=model.config.n_code) / codes.numel()
    entropy = -(share * share.clamp(min=1e-12).log()).sum()
    psnr = -10 * torch.cat(error).clamp(min=1e-10).log10().mean()
    return {"psnr": round(psnr.item(), 2), "used": int((share > 0).sum()), "perplexity": round(entropy.exp().item(), 1)}


def train(model: Any, recipe: Recipe, shown: torch.Tensor, watched: torch.Tensor, state: Path) -> list[dict]:
    """Train in place to the end, resuming from `state`. Returns the history: a row for every EVERY steps."""
    model.to(device())
    variance = (shown.float() / 255).var().item()

    def batches(_: int) -> DataLoader:
        revive(model, shown[torch.randperm(len(shown))[:SAMPLE]])
        own: Any = shown
        drawn = RandomSampler(own, replacement=True, num_samples=EVERY * recipe.batch)
        return DataLoader(own, recipe.batch, sampler=drawn)

    return training.fit(
        model,
        [torch.optim.Adam(model.parameters(), recipe.lr, betas=(0.9, 0.99))],
        math.ceil(recipe.steps / EVERY),
        batches,
        loss=lambda batch: loss(model, batch.to(model.device), variance, recipe.commitment),
        factor=lambda progress: training.warmup_cosine(progress, recipe.warmup),
        evaluate=lambda epoch: {"step": EVERY * (epoch + 1), **evaluate(model, watched)},
        state=state,
        seed=recipe.seed,
    )


def main() -> None:
    """The command line: train, then write weights, history and recipe.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=BUNDLED / NAME)
    parser.add_argument("--state", type=Path, default=training.state_path(NAME, RECIPE))
    arguments = parser.parse_args()
    arguments.state.parent.mkdir(parents=True, exist_ok=True)
    shown: dict[Any, torch.Tensor] = {part: pictures(scenes) for part, scenes in parts().items()}
    training.seed_everything(RECIPE.seed)
    model = build(RECIPE)
    history = train(model, RECIPE, shown["train"], shown["new"][:WATCHED], arguments.state)
    training.save_float16(model, arguments.out)
    training.write_json(arguments.out / "history.json", history)
    saved: Any = PictureCodes.from_pretrained(arguments.out, dtype=torch.float32)
    saved.to(device())
    training.write_json(
        arguments.out / "recipe.json",
        {
            "recipe": asdict(RECIPE),
            "device": training.machine(),
            "torch": torch.__version__,
            "hours": round(sum(row["seconds"] for row in history) / 3600, 2),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "pictures": {part: len(some) for part, some in shown.items()},
            "test": {part: evaluate(saved, some) for part, some in shown.items()},
        },
    )


if __name__ == "__main__":
    main()
