"""What every trace is: a frozen record of arrays that checks its axes, and can be saved and read again."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, Self, get_args, get_type_hints

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
        arrays, plain = self._parts("")
        np.savez_compressed(path, **arrays, plain=np.array(json.dumps(plain)))  # pyright: ignore[reportArgumentType]

    def _parts(self, prefix: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        arrays: dict[str, np.ndarray] = {}
        plain: dict[str, Any] = {}
        for field in fields(self):  # type: ignore[arg-type]
            value, name = getattr(self, field.name), prefix + field.name
            if isinstance(value, np.ndarray):
                arrays[name] = value.astype(np.float16) if value.dtype == np.float32 else value
            elif isinstance(value, Trace):
                inner, plain[field.name] = value._parts(f"{name}.")
                arrays |= inner
            elif isinstance(value, tuple) and value and isinstance(value[0], Trace):
                parts = [inner._parts(f"{name}.{index}.") for index, inner in enumerate(value)]
                plain[field.name] = [inner for _, inner in parts]
                for inner, _ in parts:
                    arrays |= inner
            else:
                plain[field.name] = value
        return arrays, plain

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a trace that `save` wrote; float16 becomes float32 again."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name != "plain"}
            plain = json.loads(str(file["plain"]))
        arrays = {name: a.astype(np.float32) if a.dtype == np.float16 else a for name, a in arrays.items()}
        return cls._join(arrays, plain, "")

    @classmethod
    def _join(cls, arrays: dict[str, np.ndarray], plain: dict[str, Any], prefix: str) -> Self:
        hints, values = get_type_hints(cls), {}
        for field in fields(cls):  # type: ignore[arg-type]
            name = field.name
            value = plain[name] if name in plain else arrays[prefix + name]
            inner = (*get_args(hints[name]), hints[name])[0]
            nested = isinstance(inner, type) and issubclass(inner, Trace)
            if nested and isinstance(value, dict):
                value = inner._join(arrays, value, f"{prefix}{name}.")
            elif nested:
                value = [inner._join(arrays, part, f"{prefix}{name}.{index}.") for index, part in enumerate(value)]
            values[name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)
