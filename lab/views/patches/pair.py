"""Pair: the same spot of a photo in a Vision Transformer and in a Swin, from the payloads of their views."""

from lab.text import Text
from lab.views.patches import cut, windows
from lab.views.payload import Payload
from models.traces import PatchesTrace


def payload(trace: PatchesTrace, text: Text) -> dict[str, Payload]:
    """What both models draw from, by the model's kind."""
    return {"vit": cut.payload(trace.vit, text), "swin": windows.payload(trace.swin, text)}
