"""What all recipes share: seed, schedule, resumable epochs and the record of a run."""

import hashlib
import json
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from models.device import describe


def state_path(name: str, recipe: Any) -> Path:
    """Where a recipe's training is kept between epochs; another recipe (a dataclass) gets another file."""
    mark = hashlib.sha256(json.dumps(asdict(recipe)).encode()).hexdigest()[:8]
    return Path("training") / f"{name}-{mark}.pt"


def machine() -> str:
    """What a recipe computes on, for its record: a GPU's name, or the CPU with its threads."""
    return describe(threads=torch.get_num_threads())


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and torch; every epoch is seeded by its own number, so that a resumed run repeats it."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def warmup_cosine(progress: float, warmup: float) -> float:
    """Learning-rate factor at `progress` in [0, 1): linear from 0 to 1 until `warmup`, then half a cosine to 0."""
    if progress < warmup:
        return max(progress, 1e-3) / warmup
    return 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))


def computes_bfloat16(where: torch.device) -> bool:
    """Whether to train in bfloat16: on a GPU. Only some CPUs have it, and a run says the same on all of them."""
    return where.type != "cpu"


class Float32Muon(torch.optim.Muon):
    """torch's Muon without its bfloat16: where a CPU emulates that, a ViT-Ti's step takes 0.3 s instead of 11."""

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step from the gradients that are there."""
        for group in self.param_groups:
            a, b, c = group["ns_coefficients"]
            for weight in group["params"]:
                buffer = self.state[weight].setdefault("momentum_buffer", torch.zeros_like(weight))
                buffer.lerp_(weight.grad, 1 - group["momentum"])
                update = weight.grad.lerp(buffer, group["momentum"]) if group["nesterov"] else buffer.clone()
                tall = update.shape[0] > update.shape[1]
                update = update.T if tall else update
                update = update / update.norm().clamp(min=group["eps"])
                for _ in range(group["ns_steps"]):
                    gram = update @ update.T
                    update = torch.addmm(update, torch.addmm(gram, gram, gram, beta=b, alpha=c), update, beta=a)
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                rate = group["lr"] * max(1, weight.shape[0] / weight.shape[1]) ** 0.5
                weight.add_(update.T if tall else update, alpha=-rate)


def optimizers(model: torch.nn.Module, hidden: str | None, muon: dict, adamw: dict) -> list[torch.optim.Optimizer]:
    """Muon for the weight matrices of the blocks named `hidden`, AdamW for all else (Jordan et al. 2024).

    None: there are no such blocks, as in a CNN, whose weights are no matrices.
    """
    named = list(model.named_parameters())
    matrices = {name for name, p in named if hidden and p.ndim == 2 and hidden in name and name.endswith("weight")}
    rest = torch.optim.AdamW([p for name, p in named if name not in matrices], **adamw)
    fast = computes_bfloat16(next(model.parameters()).device)
    return (
        [(torch.optim.Muon if fast else Float32Muon)([p for name, p in named if name in matrices], **muon), rest]
        if hidden
        else [rest]
    )


def fit(
    model: torch.nn.Module,
    optimizers: list[torch.optim.Optimizer],
    epochs: int,
    batches: Callable[[int], DataLoader],
    loss: Callable[..., torch.Tensor],
    factor: Callable[[float], float],
    evaluate: Callable[[int], dict],
    state: Path,
    seed: int,
) -> list[dict]:
    """Train for `epochs`, saving after each one to `state`, and go on from there when it exists.

    batches(epoch) gives the batches of an epoch (it must have a length), loss(batch) the scalar to minimise,
    factor(progress) the learning-rate factor for progress in [0, 1), evaluate(epoch) figures for the history.
    Returns the history, one row an epoch.
    """
    base = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizers]
    history: list[dict] = []
    if state.exists():
        saved = torch.load(state, map_location=next(model.parameters()).device, weights_only=True)
        model.load_state_dict(saved["model"])
        for optimizer, content in zip(optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(content)
        history = saved["history"]
    for epoch in range(len(history), epochs):
        seed_everything(seed * 10_007 + epoch)
        start = time.perf_counter()
        losses: list[torch.Tensor] = []
        model.train()
        loader = batches(epoch)
        for index, batch in enumerate(loader):
            scale = factor((epoch + index / len(loader)) / epochs)
            for optimizer, rates in zip(optimizers, base, strict=True):
                for group, rate in zip(optimizer.param_groups, rates, strict=True):
                    group["lr"] = rate * scale
            value = loss(batch)
            value.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
            losses.append(value.detach())  # not its item(): a GPU would be waited for
        model.eval()
        mean = torch.stack(losses).cpu().double().mean().item()
        row = {"epoch": epoch + 1, "loss": round(mean, 4), **evaluate(epoch)}
        row["seconds"] = round(time.perf_counter() - start)
        history.append(row)
        print(json.dumps(row), flush=True)
        temporary = state.with_suffix(".part")
        torch.save(
            {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "history": history},
            temporary,
        )
        temporary.rename(state)
    return history


def mean_weights(checkpoints: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of the weights of several checkpoints of one model, by name (Vaswani et al. 2017)."""
    return {name: torch.stack([one[name] for one in checkpoints]).mean(0) for name in checkpoints[0]}


def write_json(path: Path, content: object) -> None:
    """Write readable, stable JSON."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def save_float16(model: Any, folder: Path) -> None:
    """Save config and float16 safetensors without changing the model; the weights door loads them as float32.

    Weights that share their memory (tied embeddings) go on sharing it, so that they are saved once.
    """
    weights = model.state_dict()
    place = {name: (value.data_ptr(), value.shape, value.stride()) for name, value in weights.items()}
    half = {place[name]: value.half() if value.is_floating_point() else value for name, value in weights.items()}
    model.save_pretrained(folder, state_dict={name: half[place[name]] for name in weights})
