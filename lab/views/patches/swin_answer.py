"""What the Swin answers about the photo, in a line."""

from lab.text import Text
from lab.views.patches.answer import line
from models.traces import SwinTrace


def claim(trace: SwinTrace, text: Text) -> str:
    """The most probable class and its probability."""
    return line(trace, text, "swin_answer")
