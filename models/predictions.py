"""What a checkpoint said of what it was measured on, stored beside its weights: its figures follow from it again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

FILE = "predictions.npz"


def write(folder: Path, stored: Mapping[str, Any]) -> None:
    """Store arrays by their names."""
    np.savez_compressed(folder / FILE, **stored)


def read(folder: Path) -> dict[str, np.ndarray]:
    """The arrays that are stored beside a checkpoint's weights, by their names."""
    with np.load(folder / FILE, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
