"""The lecture's attention with the weights of every layer of a model, and with the switches set otherwise."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from models.anatomy.flow import stacked
from models.anatomy.lecture import attention
from models.anatomy.living_code import Made, Program
from models.parts import AttentionModules
from models.traces.walk import AttentionName, CodeTrace

SPLITS = (1, 2, 4, 8, 16)
"""Numbers of heads into which a width is split anew, where it can be; the model's own is one more."""


class Read(NamedTuple):
    """An attention part of a layer and what it reads and gives in the model."""

    modules: AttentionModules
    x: torch.Tensor
    """(query, width)"""
    memory: torch.Tensor
    """(key, width)"""
    output: torch.Tensor
    """(query, width)"""


def traces(kind: AttentionName, layers: Sequence[Read]) -> Iterator[CodeTrace]:
    """One kind of attention in every layer, with the mask and without, with √d and without, and split anew."""
    for masked, scaled in product((False,) if kind == "cross" else (True, False), (True, False)):
        yield _trace(kind, layers, masked, scaled)


def splits(modules: AttentionModules, x: torch.Tensor) -> tuple[int, ...]:
    """The numbers of heads into which queries can be split, in order."""
    width = modules.query(x).shape[-1]
    return tuple(sorted(count for count in {*SPLITS, modules.heads} if width % count == 0))


def with_weights(program: Program, modules: AttentionModules, heads: int) -> nn.Module:
    """The lecture's module with what makes queries, keys, values and output in an attention part."""
    module = program["MultiHeadAttention"](1, heads)
    made = {"to_q": modules.query, "to_k": modules.key, "to_v": modules.value, "to_out": modules.output}
    for name, part in made.items():
        module.register_module(name, part)
    return module


def difference(made: Sequence[Made], masked: bool, scaled: bool) -> float:
    """How far the heads' context lies from PyTorch's own scaled_dot_product_attention, at most."""
    q, k, v, context = (next(one.value for one in made if one.name == name) for name in ("q", "k", "v", "context"))
    own = F.scaled_dot_product_attention(q, k, v, is_causal=masked, scale=None if scaled else 1.0)
    return float((context - own).abs().max())


def _trace(kind: AttentionName, layers: Sequence[Read], masked: bool, scaled: bool) -> CodeTrace:
    switches = {"mask": masked, "√d": scaled}
    program = Program(attention, without=[name for name, on in switches.items() if not on])
    split = splits(layers[0].modules, layers[0].x)
    own = scaled and masked == (kind == "decoder")
    made, apart, from_model = [], [], []
    for heads in split:
        ran = []
        for modules, x, memory, output in layers:
            given = with_weights(program, modules, heads)(x, memory)
            ran.append(program.ran())
            if heads == modules.heads:
                from_model.append((given - output).abs().max() if own else torch.tensor(torch.nan))
        made.append(tuple((one.line, one.name, tuple(one.value.shape)) for one in ran[0]))
        apart.append(torch.tensor([difference(one, masked, scaled) for one in ran]))
    return CodeTrace(
        kind=kind,
        masked=masked,
        scaled=scaled,
        lines=program.lines,
        split=split,
        made=tuple(made),
        difference=stacked(apart),
        model_difference=stacked(from_model),
    )
