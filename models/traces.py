"""The vocabulary: every trace, a frozen record of NumPy arrays with named axes. Torch stops here."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Self, get_type_hints

import numpy as np


class Trace:
    """Checks every array against the axes in its annotation: their number, that none is empty, one size per name."""

    def __post_init__(self) -> None:
        sizes: dict[str, int] = {}
        hints = get_type_hints(type(self), include_extras=True)
        for field in fields(self):  # type: ignore[arg-type]
            for axes in getattr(hints[field.name], "__metadata__", ()):
                array, names = getattr(self, field.name), axes.split()
                if not isinstance(array, np.ndarray) or array.ndim != len(names):
                    raise ValueError(f"{field.name} needs the axes {axes!r}")
                for name, size in zip(names, array.shape, strict=True):
                    if size == 0 or sizes.setdefault(name, size) != size:
                        raise ValueError(f"{field.name}: axis {name!r} has {size}, expected {sizes.get(name)}")
                array.setflags(write=False)

    def save(self, path: Path) -> None:
        """Write the trace to an .npz file, its float32 arrays as float16."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
        plain = {name: value for name, value in values.items() if name not in arrays}
        half = {
            name: value.astype(np.float16) if value.dtype == np.float32 else value for name, value in arrays.items()
        }
        np.savez_compressed(path, **half, plain=np.array(json.dumps(plain)))  # pyright: ignore[reportArgumentType]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a trace that `save` wrote; float16 becomes float32 again."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name != "plain"}
            plain: dict[str, Any] = json.loads(str(file["plain"]))
        arrays = {name: a.astype(np.float32) if a.dtype == np.float16 else a for name, a in arrays.items()}
        listed = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
        return cls(**listed, **arrays)


@dataclass(frozen=True, eq=False)
class VitTrace(Trace):
    """One photo through one Vision Transformer.

    Tokens are the prefix tokens (CLS, and DeiT's distillation token) followed by the patches, row by row. The axes
    query, key and token all run over them; depth 0 is before the first layer, depth k after layer k.
    """

    model: str
    patch_size: int
    grid: tuple[int, int]
    prefix: tuple[str, ...]
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the model saw them: resized, before normalisation."""
    attention: Annotated[np.ndarray, "layer head query key"]
    """After softmax: each row sums to 1."""
    lens: Annotated[np.ndarray, "depth label"]
    """Class probabilities if the model stopped at this depth: final norm and head on its state (logit lens)."""
    patch_vector: Annotated[np.ndarray, "patch value"]
    """The normalised numbers of each patch, channel by channel, as the projection reads them."""
    embedding: Annotated[np.ndarray, "patch width"]
    """Each patch vector after the linear projection, before positions are added."""
    position_similarity: Annotated[np.ndarray, "token other_token"]
    """Cosine similarity of the position embeddings."""

    def __post_init__(self) -> None:
        super().__post_init__()
        tokens = len(self.prefix) + self.grid[0] * self.grid[1]
        if self.attention.shape[-2:] != (tokens, tokens) or len(self.patch_vector) != tokens - len(self.prefix):
            raise ValueError("attention, patches, grid and prefix disagree about the number of tokens")

    @property
    def probability(self) -> np.ndarray:
        """Class probabilities of the whole model (label)."""
        return self.lens[-1]
