"""A few live steps of training on the visitor's own text: what the model writes then, and what it forgets."""

import numpy as np

from lab.format import number, percent
from lab.text import Text
from lab.views.generation.training import TrainingMeta
from lab.views.payload import Payload, rounded
from models.traces import LearningTrace


def payload(trace: LearningTrace, text: Text) -> Payload:
    """The rows of the training, drawn as the recorded film is."""
    meta: TrainingMeta = {
        "model": trace.model,
        "step": trace.step.tolist(),
        "loss": rounded(trace.loss),
        "other_loss": rounded(trace.other_loss),
        "text": list(trace.text),
    }
    return Payload(meta, {})


def claim(trace: LearningTrace, text: Text) -> str:
    """From which loss to which, from where on it knows the text by heart, and what its own writing costs it then."""
    said = text(
        "generation.view.learning.claim",
        steps=int(trace.step[-1]),
        first=number(float(trace.loss[0]), 3),
        last=number(float(trace.loss[-1]), 3),
        other_first=number(float(trace.other_loss[0]), 2),
        other_last=number(float(trace.other_loss[-1]), 2),
    )
    wrong = np.flatnonzero(trace.right < 1)
    since = int(wrong[-1]) + 1 if len(wrong) else 0
    found = "by_heart" if since < len(trace.step) else "not_yet"
    details = {"step": int(trace.step[min(since, len(trace.step) - 1)]), "right": percent(float(trace.right[-1]))}
    return text.sentences(said, text(f"generation.view.learning.{found}", given=trace.given.strip(), **details))
