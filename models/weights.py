"""What safetensors files say of themselves, and whether the weights in them are those of a model."""

import math
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.errors import InputError

LAYER_WEIGHT = re.compile(r"\.(layers?|blocks|stages)\.\d+\..*(weight|bias)$")
"""How the families name the weights of one layer; those that no layer of a model takes do not belong to it."""
DECIMAL = ("F64", "F32", "F16", "BF16")
"""What weights may be stored in, as safetensors calls it; others are quantised."""
COUNTS = ("I64", "I32", "BOOL")
"""What else may be beside weights: positions, counts and masks."""


def sizes(reference: str, folder: Path) -> list[int]:
    """How many numbers each tensor of a folder's files has, by their headers.

    Raises InputError when a header cannot be read, or weights are no decimal numbers.
    """
    from safetensors import safe_open

    found = []
    for path in folder.glob("*.safetensors"):
        try:
            with safe_open(path, "pt") as file:
                for name in file.keys():  # noqa: SIM118
                    tensor = file.get_slice(name)
                    found.append(math.prod(tensor.get_shape()))
                    beside = () if name.endswith(("weight", "bias")) else COUNTS
                    if (kind := tensor.get_dtype()) not in (*DECIMAL, *beside):
                        raise InputError("model.quantised", reference=reference, tensor=name, kind=kind)
        except InputError:
            raise
        except Exception as error:
            raise InputError("model.unreadable", reference=reference) from error
    return found


def is_whole(path: Path) -> bool:
    """Whether a safetensors file is there and as long as its header says; a file that has not changed is read once."""
    try:
        status = path.stat()
    except OSError:
        return False
    return _is_whole(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _is_whole(path: Path, *_: int) -> bool:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np"):
            return True
    except (OSError, SafetensorError):
        return False


def unfit(report: dict[str, Any], known: Collection[str]) -> str:
    """The first tensor that a model lacks, has in another shape or leaves over; "" where all fit.

    report: what transformers says of loading. known: the names of the model's own tensors. Left over is what belongs to
    a layer or stands beside a weight, as the scales of quantised weights do.
    """
    left = {key for key in report["unexpected_keys"] if LAYER_WEIGHT.search(key) or _is_beside(key, known)}
    return min({*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"]), *left}, default="")


def _is_beside(key: str, known: Collection[str]) -> bool:
    """Whether a tensor belongs to a weight that the model has: "fc1.weight_scale" or "fc1.weight.absmax"."""
    parent = key.rpartition(".")[0]
    return parent in known or f"{parent}.weight" in known
