"""Windows: a Swin as the film of its windows, frame by frame."""

from itertools import groupby
from typing import Literal, TypedDict

import numpy as np

from lab.text import Text
from lab.views.payload import Payload, quantise
from models.attention import half_count
from models.swin.windows import group
from models.traces import SwinBlock, SwinTrace

Kind = Literal["grid", "partition", "shift", "mask", "attention", "reverse", "merge"]
"""What a frame shows; each has its own words: [widget.windows] <kind>_title and <kind>_story."""
STILL: tuple[Kind, ...] = ("partition", "attention")
SHIFTED: tuple[Kind, ...] = ("shift", "mask", "attention", "reverse")


class Frame(TypedDict):
    """One picture of the film."""

    kind: Kind
    block: int
    """Index in `blocks`."""


class Block(TypedDict):
    """One block of the Swin: stage from 0, rows and columns of its map, window and shift in tokens a side."""

    stage: int
    grid: tuple[int, int]
    window: int
    shift: int


class WindowsMeta(TypedDict):
    """What the widget needs to know besides the arrays."""

    patch_size: int
    blocks: list[Block]
    frames: list[Frame]


def frames(blocks: tuple[SwinBlock, ...]) -> list[Frame]:
    """The film. Each stage opens with its grid; all but the last end with patch merging."""
    film: list[Frame] = []
    for _, stage in groupby(enumerate(blocks), key=lambda item: item[1].stage):
        numbered = list(stage)
        film.append({"kind": "grid", "block": numbered[0][0]})
        for index, block in numbered:
            film += [Frame(kind=kind, block=index) for kind in (SHIFTED if block.shift_size else STILL)]
        film.append({"kind": "merge", "block": numbered[-1][0]})
    return film[:-1]


def payload(trace: SwinTrace, text: Text) -> Payload:
    """The film and what it draws, one set of arrays for every block.

    attention: (window, head, query, key) and its rows' largest size, attention_max; half: (window, slot), how many
    tokens get half of a slot's attention, mean of the heads, by the trace's own numbers; window_token: (window, slot);
    region: (row, column); group and group_still: tokens that see each other share a number, with the block's shift and
    without any (token,).
    """
    arrays: dict[str, np.ndarray] = {"pixels": trace.pixels}
    for index, block in enumerate(trace.blocks):
        attention, attention_max = quantise(block.attention, np.uint16)
        arrays |= {
            f"attention_{index}": attention,
            f"attention_max_{index}": attention_max,
            f"half_{index}": half_count(block.attention.mean(axis=1)).astype(np.uint16),
            f"window_token_{index}": block.window_token.astype(np.uint16),
            f"region_{index}": block.region.astype(np.uint8),
            f"group_{index}": group(block.grid, block.window_size, block.shift_size).astype(np.uint16),
            f"group_still_{index}": group(block.grid, block.window_size, 0).astype(np.uint16),
        }
    blocks = [Block(stage=b.stage, grid=b.grid, window=b.window_size, shift=b.shift_size) for b in trace.blocks]
    return Payload(WindowsMeta(patch_size=trace.patch_size, blocks=blocks, frames=frames(trace.blocks)), arrays)
