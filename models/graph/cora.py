"""Cora: 2,708 papers in seven fields, which words each one has, who cites whom, and Planetoid's split."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

NAME, FILE = "cora", "cora.npz"
"""Of the folder of checkpoints, and of the data."""
WORDS = 1433
"""Of the vocabulary."""
CLASSES = (
    "Theory",
    "Reinforcement learning",
    "Genetic algorithms",
    "Neural networks",
    "Probabilistic methods",
    "Case based",
    "Rule learning",
)


@dataclass(frozen=True, eq=False)
class Cora:
    """words (node, WORDS), each row's sum 1; label (node,); pairs (5278, 2), undirected; nodes of the three parts."""

    words: torch.Tensor
    label: torch.Tensor
    pairs: torch.Tensor
    train: torch.Tensor
    val: torch.Tensor
    test: torch.Tensor


def load(folder: Path) -> Cora:
    """Read cora.npz of a folder (shared/data/README.md says what it holds)."""
    with np.load(folder / FILE, allow_pickle=False) as file:
        words = unpacked(torch.from_numpy(file["features_packed"]))
        parts = [torch.from_numpy(file[name].astype(np.int64)) for name in ("labels", "edges")]
        split = [torch.from_numpy(file[f"{name}_idx"].astype(np.int64)) for name in ("train", "val", "test")]
    return Cora(words, *parts, *split)


def unpacked(bits: torch.Tensor) -> torch.Tensor:
    """Words (node, WORDS), each row's sum 1, of bytes (node, WORDS / 8 rounded up) that have a bit for each."""
    words = np.unpackbits(bits.numpy(), axis=1)[:, :WORDS].astype(np.float32)
    return torch.from_numpy(words / words.sum(1, keepdims=True).clip(1))


def packed(words: torch.Tensor) -> torch.Tensor:
    """The bytes of which `unpacked` makes these words."""
    return torch.from_numpy(np.packbits(words.numpy() > 0, axis=1))


def sha256(folder: Path) -> str:
    """The fingerprint of the file."""
    return hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
