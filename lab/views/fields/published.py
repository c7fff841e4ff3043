"""What a point of the last map of published CNNs can see, by theory alone: a sentence."""

from lab.text import Text
from models.traces import TheoryTrace


def claim(trace: TheoryTrace, text: Text) -> str:
    """The side of each field in pixels."""
    sizes = [f"{model} {size:,}" for model, size in zip(trace.model, trace.size.tolist(), strict=True)]
    return text("fields.view.published.claim", side=trace.side, sizes=" · ".join(sizes))
