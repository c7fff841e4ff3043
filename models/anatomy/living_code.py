"""The lecture's code, run line by line from the file that stands there."""

import ast
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.nn import functional as F

from models.anatomy import masked_self_attention
from models.parts import AttentionModules

FILE = Path(str(masked_self_attention.__file__))


class Made(NamedTuple):
    """What a line of the file made: the tensor and its name."""

    line: int
    name: str
    tensor: torch.Tensor


def with_weights(
    modules: AttentionModules, width: int, causal: bool = True
) -> masked_self_attention.MaskedSelfAttention:
    """The lecture's module with what makes queries, keys, values and output in an attention part."""
    module = masked_self_attention.MaskedSelfAttention(width, modules.heads, causal)
    made = {"to_q": modules.query, "to_k": modules.key, "to_v": modules.value, "to_out": modules.output}
    for name, part in made.items():
        module.register_module(name, part)
    return module


def run(module: masked_self_attention.MaskedSelfAttention, x: torch.Tensor) -> list[Made]:
    """Every assignment of `forward` for x (token, width), in order, and the tensor that it made."""
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    names: dict[str, Any] = {**vars(masked_self_attention), "self": module, "x": x}
    made = []
    for line in functions["forward"].body:
        if isinstance(line, ast.Assign) and isinstance(target := line.targets[0], ast.Name):
            exec(compile(ast.Module([line], []), str(FILE), "exec"), names)
            made.append(Made(line.lineno, target.id, names[target.id]))
    return made


def difference(made: list[Made], causal: bool = True) -> float:
    """How far the heads' context lies from PyTorch's own scaled_dot_product_attention, at most."""
    tensors = {one.name: one.tensor for one in made}
    own = F.scaled_dot_product_attention(tensors["q"], tensors["k"], tensors["v"], is_causal=causal)
    return float((tensors["context"] - own).abs().max())
