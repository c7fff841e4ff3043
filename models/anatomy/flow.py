"""A walk as a trace: the residual stream of a stack, and what its output head would say after each part."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

from models.anatomy.walk import Step
from models.parts import Stack, StackName, Start
from models.traces.walk import FlowTrace

PLACES = 5
"""Most probable tokens or classes that are kept of each state."""


def flow(
    name: StackName,
    stack: Stack,
    start: Start,
    layers: Iterable[list[Step]],
    token: tuple[str, ...],
    probability: Callable[[torch.Tensor], torch.Tensor],
    names: Callable[[list[int]], tuple[str, ...]],
) -> FlowTrace:
    """What is kept of a walk through a stack; of a walk that is still to be made nothing else stays in memory.

    probability: of what the head would say to states (token, width) after the stack: (token, choice). names: of
    choices.
    """
    states, added = [start.stream], []
    for steps in layers:
        states += [step.stream for step in steps]
        added.append(stacked([step.detail.output for step in steps]))
    best = [_best(probability(stack.final(state))) for state in states]
    choices, top = np.unique(stacked([one.indices for one in best]), return_inverse=True)
    parts = [[part.norm for part in parts] for parts in stack.layers]
    return FlowTrace(
        stack=name,
        pre_norm=stack.pre_norm,
        token=token,
        part=tuple(part.kind for part in stack.layers[0]),
        embedding=start.embedding.cpu().numpy(),
        position=start.position.cpu().numpy(),
        start=start.stream.cpu().numpy(),
        added=np.stack(added),
        norm_weight=np.stack([stacked([norm.weight for norm in norms]) for norms in parts]),
        norm_bias=np.stack([stacked([norm.bias for norm in norms]) for norms in parts]),
        eps=float(parts[0][0].eps),
        name=names(choices.tolist()),
        top=top.reshape(len(states), len(token), -1).astype(np.int32),
        top_probability=stacked([one.values for one in best]),
        centred=stack.centred,
    )


def _best(shares: torch.Tensor) -> Any:
    return shares.topk(min(PLACES, shares.shape[-1]))


def stacked(tensors: list[torch.Tensor]) -> np.ndarray:
    """Equal tensors along a first axis."""
    return torch.stack([tensor.detach() for tensor in tensors]).cpu().numpy()
