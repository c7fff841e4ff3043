"""Architectures and what was counted of them, for the widget blocks/sizes."""

from dataclasses import asdict
from typing import Any

from lab.format import table
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import SIZE_PARTS, ArchitectureSize, SizesTrace


def payload(trace: SizesTrace, text: Text) -> Payload:
    """Each architecture as assets/widgets/blocks/runs.d.ts describes it."""
    return Payload({"parts": SIZE_PARTS, "architectures": [_plain(one) for one in trace.architectures]}, {})


def _plain(one: ArchitectureSize) -> dict[str, Any]:
    counted = {"parameters": one.parameters.tolist(), "multiply_adds": int(one.multiply_adds)}
    return asdict(one) | counted


def claim(trace: SizesTrace, text: Text) -> str:
    """Where the parameters of each architecture are: feed-forward against attention, as counted."""
    rows = []
    for one in trace.architectures:
        counted = dict(zip(SIZE_PARTS, one.parameters.tolist(), strict=True))
        attention = sum(count for part, count in counted.items() if part.endswith("attention"))
        feed_forward = sum(count for part, count in counted.items() if part.endswith("feed_forward"))
        rows.append(
            [
                plain(one.name),
                f"{one.parameters.sum() / 1e6:,.1f} M",
                f"{counted['embedding'] / 1e6:,.1f} M",
                f"{attention / 1e6:,.1f} M",
                f"{feed_forward / 1e6:,.1f} M",
                f"{feed_forward / attention:.2f}",
                f"{one.multiply_adds / 1e9:,.2f} G",
            ]
        )
    words = ("model", "parameters", "embedding", "attention", "feed_forward", "ratio", "multiply_adds")
    head = [[text(f"blocks.view.sizes.{word}") for word in words], ["---", *["---:"] * 6]]
    return text("blocks.view.sizes.claim") + "\n\n" + table([*head, *rows])
