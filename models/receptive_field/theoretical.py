"""Theoretical receptive fields: which pixels can influence a unit, from the model's own layers, weights left aside.

A convolutional model runs once on a tensor without values, which carries along what its units see (Araujo, Norris &
Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019). Edges are in pixels of the model's
input: pixel i covers the interval from i to i + 1.
"""

import copy
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
import torchvision
from torch import nn

from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.traces import TheoryTrace

CHANNELWISE = {
    *("add", "sub", "mul", "div", "batch_norm", "dropout", "feature_dropout", "clone", "contiguous"),
    *("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "sigmoid", "tanh"),
    *("hardtanh", "hardswish", "hardsigmoid", "prelu", "clamp", "pow", "square", "cat", "linear", "layer_norm"),
}
"""Operations after which a unit sees what the units at its own place in the operands saw."""
WINDOWS = {"conv2d": nn.Conv2d, "max_pool2d": nn.MaxPool2d, "avg_pool2d": nn.AvgPool2d}
"""Operations that slide a window, and the modules that hold its kernel size, stride, padding and dilation."""
PUBLISHED = ("vgg16", "resnet18", "resnet50", "resnet152", "convnext_tiny")
"""CNNs of torchvision. Their weights are pickles, which the lab does not open; theory needs none. Its
bottlenecks stride in their first 3x3 convolution; TF-Slim's, listed by Araujo et al. 2019, elsewhere: they see more."""
PUBLISHED_SIDE = 224


@dataclass(frozen=True)
class Field:
    """What the units of a map see along one axis: unit i sees the pixels from left + i * jump to right + i * jump."""

    left: int
    """Where the first unit's field begins; negative where it reaches into the padding."""
    right: int
    jump: int
    """Pixels between the fields of neighbouring units; 0 where every unit sees the whole image."""

    @property
    def size(self) -> int:
        """Pixels in the field, padding included."""
        return self.right - self.left

    @property
    def start(self) -> float:
        """Centre of the first unit's field; 0.5 is the centre of the first pixel."""
        return (self.left + self.right) / 2

    def slide(self, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> "Field":
        """The field after a window slides over the map: r' = r + d(k - 1) j, j' = s j."""
        left = self.left - padding * self.jump
        return Field(left, self.right + (dilation * (kernel - 1) - padding) * self.jump, stride * self.jump)

    def join(self, other: "Field") -> "Field":
        """The field where two branches meet: from the one's left edge to the other's right edge.

        Raises ValueError where the branches step at different jumps: no unit then has one place in both.
        """
        if 0 in (self.jump, other.jump):
            return self if self.jump == 0 else other
        if self.jump != other.jump:
            raise ValueError(f"branches of jump {self.jump} and {other.jump} meet")
        return Field(min(self.left, other.left), max(self.right, other.right), self.jump)


@dataclass(frozen=True)
class Layer:
    """One layer whose map can be shown."""

    name: str
    path: str
    """The module that gives the map, as model.get_submodule names it."""
    grid: tuple[int, int]
    """Rows and columns of the map."""
    row: Field
    """What a unit sees from top to bottom."""
    column: Field


def fields(model: nn.Module, size: int) -> list[Layer]:
    """The receptive field of every layer of a convolutional model on a picture of size x size pixels, in order.

    A residual block, or any module that joins branches itself, is one layer; elsewhere a layer is a module that widens
    the field or thins out the map, with the normalisation and activation that share a module with it. Global pooling,
    whose field is the whole image, comes last. The model itself is left as it is. Raises InputError for an operation
    whose reach is not known here.
    """
    memo = {id(tensor): tensor.detach().to("meta") for tensor in (*model.parameters(), *model.buffers())}
    own = copy.deepcopy(model, memo).eval()
    walk = Walk(own, size)
    first = next((module for module in own.modules() if isinstance(module, nn.Conv2d)), nn.Conv2d(3, 1, 1))
    x = torch.empty(1, first.in_channels, size, size, dtype=first.weight.dtype, device="meta").as_subclass(Map)
    x.walk, x.dims, x.seen = walk, (2, 3), (Field(0, 1, 1), Field(0, 1, 1))
    with torch.no_grad():
        own(x)
    return walk.layers()


def box(layer: Layer, row: int, column: int, size: int | None = None) -> tuple[int, int, int, int]:
    """The pixels that the unit at (row, column) can see: top, left, bottom, right; the last two are not included.

    With the `size` of the picture the box is clipped to it; without, it reaches into the padding. Raises InputError for
    a unit that is not on the map.
    """
    if not (0 <= row < layer.grid[0] and 0 <= column < layer.grid[1]):
        raise InputError("fields.outside", rows=layer.grid[0], columns=layer.grid[1])
    down, across = row * layer.row.jump, column * layer.column.jump
    edges = (layer.row.left + down, layer.column.left + across, layer.row.right + down, layer.column.right + across)
    if size is None:
        return edges
    top, left, bottom, right = (min(max(edge, 0), size) for edge in edges)
    return top, left, bottom, right


@functools.lru_cache(maxsize=1)
def _published() -> TheoryTrace:
    sizes = []
    for name in PUBLISHED:
        with torch.device("meta"):
            model = torchvision.models.get_model(name)
        maps = [layer for layer in fields(model, PUBLISHED_SIDE) if layer.row.jump]
        sizes.append(maps[-1].row.size)
    return TheoryTrace(model=PUBLISHED, side=PUBLISHED_SIDE, size=np.array(sizes))


def published(progress: Progress = NO_PROGRESS) -> TheoryTrace:
    """The theoretical fields of the last maps of PUBLISHED, on pictures of PUBLISHED_SIDE pixels a side."""
    progress.beat()
    return _published()


class Map(torch.Tensor):
    """A tensor without values whose operations work out what its units see."""

    walk: "Walk"
    seen: tuple[Field, ...]
    """Along rows and along columns."""
    dims: tuple[int, ...] | None
    """Which dimensions are rows and columns; None once they are flattened."""

    @classmethod
    def __torch_function__(
        cls, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        out = super().__torch_function__(func, types, args, kwargs)
        if isinstance(out, Map) or (isinstance(out, tuple | list) and any(isinstance(part, Map) for part in out)):
            name = re.sub(r"^[ir](?=add|sub|mul|div)", "", func.__name__.strip("_"))
            given = [*args, *kwargs.values()]
            given += [part for arg in given if isinstance(arg, list | tuple) for part in arg]
            operands = [part for part in given if isinstance(part, Map)]
            operands[0].walk.see(name, operands, args, out)
        return out

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the map."""
        rows, columns = (self.shape[dim] for dim in self.dims or ())
        return rows, columns


@dataclass
class Walk:
    """One run of a private copy of a model: where it is, and what it has seen."""

    model: nn.Module
    size: int
    inside: list[str] = field(default_factory=list)
    """Paths of the modules that are running, outermost first."""
    blocks: set[str] = field(default_factory=set)
    """Paths of the modules that join branches themselves."""
    windows: set[str] = field(default_factory=set)
    """Paths of the modules that widen the field or thin out the map."""
    maps: dict[str, Layer] = field(default_factory=dict)
    """Every module that gives a map, in the order in which they end."""

    def __post_init__(self) -> None:
        for path, module in self.model.named_modules():
            module.register_forward_pre_hook(lambda _module, _inputs, path=path: self.inside.append(path))
            module.register_forward_hook(self.leave)

    def leave(self, _module: nn.Module, _inputs: tuple, output: object) -> None:
        """Keep the map of a module that ends."""
        path = self.inside.pop()
        if isinstance(output, Map) and output.dims:
            self.maps.pop(path, None)
            self.maps[path] = Layer(readable(path), path, output.grid, *output.seen)

    def see(self, name: str, operands: list[Map], args: Sequence, out: Map) -> None:
        """Note what the units of `out` see. Raises InputError for an operation whose reach is not known."""
        path = self.inside[-1]
        module = self.model.get_submodule(path)
        try:
            seen, dims = self.spread(module, name, operands, args, out)
        except (NotImplementedError, ValueError) as error:
            layer = f"{path} {type(module).__name__} {name}".strip()
            raise InputError("fields.unknown_layer", layer=layer) from error
        if any(module.children()):
            self.blocks |= {path} if len(operands) > 1 else set()
        elif seen != operands[0].seen:
            self.windows.add(path)
        out.walk, out.seen, out.dims = self, seen, dims

    def spread(self, module: nn.Module, name: str, operands: list[Map], args: Sequence, out: object) -> tuple:
        """The fields and dimensions after an operation. Raises NotImplementedError, or ValueError where maps misfit."""
        x = operands[0]
        if not isinstance(out, Map):
            raise NotImplementedError(name)
        if name == "permute" and x.dims:
            order = args[1] if isinstance(args[1], Sequence) else args[1:]
            places = [side % x.ndim for side in order]
            return x.seen, tuple(places.index(dim) for dim in x.dims)
        if name in ("flatten", "mean") or all(part.jump == 0 for operand in operands for part in operand.seen):
            return (Field(0, self.size, 0),) * 2, x.dims if out.ndim == 4 else None
        if type(module) is WINDOWS.get(name):
            return tuple(slide(part, module, axis) for axis, part in enumerate(x.seen)), x.dims
        if name == "adaptive_avg_pool2d":
            sides = zip(x.seen, x.grid, out.shape[-2:], strict=True)
            return tuple(pool(part, before, after, self.size) for part, before, after in sides), x.dims
        check_channelwise(name, operands, args, out)
        rows, columns = zip(*(operand.seen for operand in operands), strict=True)
        return (functools.reduce(Field.join, rows), functools.reduce(Field.join, columns)), x.dims

    def layers(self) -> list[Layer]:
        """The modules that `fields` lists."""
        blocks = self.blocks - {""}
        hidden = {path for path in self.maps if any(path.startswith(f"{block}.") for block in blocks)}
        chosen = [path for path in self.maps if path in blocks | self.windows and path not in hidden]
        return [self.maps[path if path in blocks else self.outermost(path, chosen)] for path in chosen]

    def outermost(self, path: str, chosen: list[str]) -> str:
        """The outermost module that gives the map of `path` and holds no other chosen one."""
        parent, layer = path.rpartition(".")[0], self.maps[path]
        if not parent or parent not in self.maps or sum(other.startswith(f"{parent}.") for other in chosen) > 1:
            return path
        same = replace(self.maps[parent], name=layer.name, path=path) == layer
        return self.outermost(parent, chosen) if same else path


def slide(seen: Field, module: Any, axis: int) -> Field:
    """The field after the window of a convolution or pooling module, along an axis."""
    kernel, stride, dilation, padding = (
        side[axis] if isinstance(side, tuple) else side
        for side in (module.kernel_size, module.stride, getattr(module, "dilation", 1), module.padding)
    )
    if isinstance(padding, str):
        padding = dilation * (kernel - 1) // 2 if padding == "same" else 0
    return seen.slide(kernel, stride, padding, dilation)


def pool(seen: Field, before: int, after: int, size: int) -> Field:
    """The field after adaptive pooling from `before` to `after` units; the whole image for windows of unequal sizes."""
    if after == 1 or before % after:
        return Field(0, size, 0)
    return seen.slide(before // after, before // after)


def check_channelwise(name: str, operands: list[Map], args: Sequence, out: Map) -> None:
    """Raise NotImplementedError for an operation that is not listed, or that reads along rows or columns."""
    x = operands[0]
    dims = x.dims or ()
    read = {"linear": 1, "layer_norm": len(args[1]) if name == "layer_norm" else 0}.get(name, 0)
    local = [operand for operand in operands if any(part.jump for part in operand.seen)]
    if (
        name not in CHANNELWISE
        or (name == "batch_norm" and args[1] is None)
        or any(dim >= x.ndim - read for dim in dims)
        or any(operand.dims != x.dims or operand.grid != tuple(out.shape[dim] for dim in dims) for operand in local)
    ):
        raise NotImplementedError(name)


def readable(path: str) -> str:
    """A module's path as a page names it: numbered stages and layers in transformers' ResNet, the path elsewhere."""
    numbers = re.search(r"encoder\.stages\.(\d+)\.layers\.(\d+)$", path)
    if numbers:
        return f"stage {int(numbers[1]) + 1}, layer {int(numbers[2]) + 1}"
    path = path.removeprefix("resnet.")
    return {"embedder.embedder": "embedder convolution", "embedder.pooler": "embedder pooling"}.get(path, path)
