"""MobileViT: one block after the other as a film of convolution, patches, attention and fusion."""

from typing import TypedDict

import numpy as np

from lab.format import number
from lab.text import Text
from lab.views.payload import Payload, quantise
from models.attention import half_count
from models.traces import MobileVitBlock, MobileVitTrace


class Block(TypedDict):
    """One block: its stage from 1, rows and columns of its maps; sides of patch, kernel and one place in pixels."""

    stage: int
    grid: tuple[int, int]
    patch: int
    kernel: int
    jump: int
    layers: int
    """Transformer layers."""
    fields: list[tuple[int, int]]
    """Of every map, where the field of its first unit begins and ends in pixels, by convolutions alone."""
    everywhere: list[bool]
    """Of every map, whether attention came before."""


class MobileMeta(TypedDict):
    """What the widget needs to know besides the arrays."""

    blocks: list[Block]


def payload(trace: MobileVitTrace, text: Text) -> Payload:
    """What the films draw; the arrays of block 0 end in _0, and so on.

    size: (map, row, column), bytes a 255th of a map's largest; attention: (layer, place, head, query, key), bytes, and
    its rows' largest size, attention_max; half: (layer, place, head, query), how many keys get half of a row, the mean
    of the heads after all of them.
    """
    drawn = {f"{name}_{i}": each for i, block in enumerate(trace.blocks) for name, each in _arrays(block).items()}
    meta: MobileMeta = {"blocks": [_meta(block) for block in trace.blocks]}
    return Payload(meta, {"pixels": trace.pixels, **drawn})


def _meta(block: MobileVitBlock) -> Block:
    return {
        "stage": block.stage,
        "grid": block.grid,
        "patch": block.patch_size,
        "kernel": block.kernel_size,
        "jump": block.jump,
        "layers": len(block.attention),
        "fields": list(zip(block.left.tolist(), block.right.tolist(), strict=True)),
        "everywhere": block.everywhere.tolist(),
    }


def _arrays(block: MobileVitBlock) -> dict[str, np.ndarray]:
    size, _ = quantise(block.size.reshape(len(block.size), -1))
    attention, attention_max = quantise(block.attention)
    mean = block.attention.mean(axis=2, keepdims=True)
    return {
        "size": size.reshape(block.size.shape),
        "attention": attention,
        "attention_max": attention_max,
        "half": half_count(np.concatenate((block.attention, mean), axis=2)).astype(np.uint16),
    }


def claim(trace: MobileVitTrace, text: Text) -> str:
    """What was measured about "each pixel encodes information from all pixels", a line for each block."""
    lines = [f"- {_line(index, block, text)}" for index, block in enumerate(trace.blocks, 1)]
    return text("patches.view.mobile.claim") + "\n\n" + "\n".join(lines)


def _line(index: int, block: MobileVitBlock, text: Text) -> str:
    places, patches = block.patch_size**2, block.attention.shape[-1]
    return text(
        "patches.view.mobile.claim_line",
        block=index,
        half=number(float(half_count(block.attention.mean(axis=2)).mean()), 1),
        patches=patches,
        count=places * patches,
        weights=number(places * patches**2),
        all=number((places * patches) ** 2),
    )
