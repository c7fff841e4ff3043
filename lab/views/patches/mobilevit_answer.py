"""What the MobileViT answers about the photo, in a line."""

from lab.format import class_names, percent
from lab.text import Text, plain
from models.traces import MobileVitTrace


def claim(trace: MobileVitTrace, text: Text) -> str:
    """The most probable class and its probability."""
    label = int(trace.probability.argmax())
    return text(
        "patches.view.mobilevit_answer.line",
        model=plain(trace.model),
        label=plain(class_names(trace.labels, text)[label]),
        share=percent(trace.probability[label]),
    )
