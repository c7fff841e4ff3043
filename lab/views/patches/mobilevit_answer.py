"""What the MobileViT answers about the photo, in a line."""

from lab.text import Text
from lab.views.patches.answer import line
from models.traces import MobileVitTrace


def claim(trace: MobileVitTrace, text: Text) -> str:
    """The most probable class and its probability."""
    return line(trace, text, "mobilevit_answer")
