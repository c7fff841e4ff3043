"""A Swin trace as the film of its windows: facts, frames and arrays for the widget Windows."""

from itertools import groupby

import numpy as np

from lab.text import Text, plain
from lab.views.payload import percent, quantise
from models.swin.windows import group
from models.traces import SwinBlock, SwinTrace

STILL = ("partition", "attention")
SHIFTED = ("shift", "mask", "attention", "reverse")


def facts(trace: SwinTrace) -> dict:
    """What the widget needs to know besides the arrays: the blocks, and the film's frames in order."""
    return {
        "patch_size": trace.patch_size,
        "blocks": [
            {"stage": b.stage, "grid": b.grid, "window": b.window_size, "shift": b.shift_size} for b in trace.blocks
        ],
        "frames": frames(trace.blocks),
    }


def frames(blocks: tuple[SwinBlock, ...]) -> list[dict]:
    """The film: (kind, index of its block). Each stage opens with its grid; all but the last end with patch merging."""
    film: list[dict] = []
    for _, stage in groupby(enumerate(blocks), key=lambda item: item[1].stage):
        numbered = list(stage)
        film.append({"kind": "grid", "block": numbered[0][0]})
        for index, block in numbered:
            film += [{"kind": kind, "block": index} for kind in (SHIFTED if block.shift_size else STILL)]
        film.append({"kind": "merge", "block": numbered[-1][0]})
    return film[:-1]


def arrays(trace: SwinTrace) -> dict[str, np.ndarray]:
    """What the widget draws, by name; one set for every block.

    window_token: (window, slot); region: (row, column); group and group_still: tokens that see each other share a
    number, with the block's shift and without any (token,).
    """
    drawn: dict[str, np.ndarray] = {"pixels": trace.pixels}
    for index, block in enumerate(trace.blocks):
        attention, attention_max = quantise(block.attention)
        drawn |= {
            f"attention_{index}": attention,
            f"attention_max_{index}": attention_max,
            f"window_token_{index}": block.window_token.astype(np.uint16),
            f"region_{index}": block.region.astype(np.uint8),
            f"group_{index}": group(block.grid, block.window_size, block.shift_size).astype(np.uint16),
            f"group_still_{index}": group(block.grid, block.window_size, 0).astype(np.uint16),
        }
    return drawn


def answer(trace: SwinTrace, text: Text) -> str:
    """What the Swin answers about the photo, in a line."""
    label = int(trace.probability.argmax())
    share = percent(trace.probability[label])
    return text(
        "patches.view.swin_answer.line",
        model=plain(trace.model),
        label=plain(text.label(trace.labels[label])),
        share=share,
    )
