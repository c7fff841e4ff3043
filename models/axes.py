"""What every trace is: a frozen record of arrays that checks its axes, and can be saved and read again."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, Self, get_args, get_type_hints

import numpy as np

HALF = np.float16
"""In an annotation, Annotated[np.ndarray, "layer head query key", HALF]: this array may be saved in half precision."""


class Trace:
    """Checks every array against the axes in its annotation: their number, that none is empty, one size per name.

    Where a model has nothing to give (a CNN has no attention), `[[nan]]` stands for "none": an array holds nan, one
    along each axis that would otherwise be empty.
    """

    def __post_init__(self) -> None:
        sizes: dict[str, int] = {}
        for name, (axes, *_) in _annotations(type(self)).items():
            array, names = getattr(self, name), axes.split()
            if not isinstance(array, np.ndarray) or array.ndim != len(names):
                raise ValueError(f"{name} needs the axes {axes!r}")
            for axis, size in zip(names, array.shape, strict=True):
                if size == 0 or sizes.setdefault(axis, size) != size:
                    raise ValueError(f"{name}: axis {axis!r} has {size}, expected {sizes.get(axis)}")
            array.setflags(write=False)

    @classmethod
    def axes(cls) -> dict[str, tuple[str, ...]]:
        """The names of every array's axes."""
        return {name: tuple(axes.split()) for name, (axes, *_) in _annotations(cls).items()}

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, those of nested traces included."""
        arrays, _ = self._parts("")
        return sum(array.nbytes for array in arrays.values())

    def save(self, path: Path, **notes: str) -> None:
        """Write the trace to an .npz file without loss, but for arrays annotated with HALF; notes lie beside them."""
        arrays, plain = self._parts("")
        half = {name: array.astype(HALF) for name, array in arrays.items() if name in self._halved("")}
        np.savez_compressed(path, **(arrays | half), **notes, plain=np.array(json.dumps(plain)))  # pyright: ignore[reportArgumentType]

    def _halved(self, prefix: str) -> set[str]:
        """Names of the arrays that are saved in half precision."""
        found = {prefix + name for name, axes in _annotations(type(self)).items() if HALF in axes}
        for name, inner in self._nested(prefix):
            found |= inner._halved(name)
        return found

    def _nested(self, prefix: str) -> list[tuple[str, "Trace"]]:
        """The traces that this one holds, each with the prefix of its arrays' names."""
        found: list[tuple[str, Trace]] = []
        for field in fields(self):  # pyright: ignore[reportArgumentType]
            value, name = getattr(self, field.name), f"{prefix}{field.name}."
            if isinstance(value, Trace):
                found.append((name, value))
            elif isinstance(value, tuple) and value and isinstance(value[0], Trace):
                found += [(f"{name}{index}.", inner) for index, inner in enumerate(value)]
        return found

    def _parts(self, prefix: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        arrays: dict[str, np.ndarray] = {}
        plain: dict[str, Any] = {}
        for field in fields(self):  # pyright: ignore[reportArgumentType]
            value, name = getattr(self, field.name), prefix + field.name
            if isinstance(value, np.ndarray):
                arrays[name] = value
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
        """Read a trace that `save` wrote; half precision becomes float32."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name != "plain"}
            plain = json.loads(str(file["plain"]))
        arrays = {name: a.astype(np.float32) if a.dtype == HALF else a for name, a in arrays.items()}
        return cls._join(arrays, plain, "")

    @classmethod
    def _join(cls, arrays: dict[str, np.ndarray], plain: dict[str, Any], prefix: str) -> Self:
        hints, values = get_type_hints(cls), {}
        for field in fields(cls):  # pyright: ignore[reportArgumentType]
            name = field.name
            if name not in plain and prefix + name not in arrays:
                continue  # saved before there was this field: its default
            value = plain[name] if name in plain else arrays[prefix + name]
            inner = (*get_args(hints[name]), hints[name])[0]
            nested = isinstance(inner, type) and issubclass(inner, Trace)
            if nested and isinstance(value, dict):
                value = inner._join(arrays, value, f"{prefix}{name}.")
            elif nested:
                value = [inner._join(arrays, part, f"{prefix}{name}.{index}.") for index, part in enumerate(value)]
            values[name] = _tuples(value)
        return cls(**values)


def _tuples(value: Any) -> Any:
    """JSON knows lists only; what a trace holds is tuples, at every depth."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _annotations(kind: type) -> dict[str, tuple[Any, ...]]:
    """What stands beside the type of every annotated field: its axes, and HALF where it may lose precision."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: hint.__metadata__ for name, hint in hints.items() if hasattr(hint, "__metadata__")}
