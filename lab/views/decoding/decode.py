"""Side by side: both ways to decode on one clock."""

from lab.text import Text
from lab.views.decoding.run import payload
from models.traces import DecodingTrace

__all__ = ["claim", "payload"]


def claim(trace: DecodingTrace, text: Text) -> str:
    """How many calls of its decoder each way took, and whether both say the same."""
    search, refine = trace.search, trace.refine
    return text(
        f"decoding.view.decode.{'same' if search.output == refine.output else 'differ'}",
        calls=len(search.steps),
        passes=len(refine.winner.token),
    )
