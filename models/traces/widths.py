"""What a wider beam brings."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace


@dataclass(frozen=True, eq=False)
class WidthsTrace(Trace):
    """Beam search over beam width, on sentences with reference translations."""

    model: str
    corpus: str
    """Whose validation set the sentences are from."""
    sentences: int
    penalty: Annotated[np.ndarray, "penalty"]
    """Exponent of the length that hypotheses are ranked by: 0 for the log probability itself."""
    width: Annotated[np.ndarray, "width"]
    bleu: Annotated[np.ndarray, "penalty width"]
    """Of the best hypotheses, in percent."""
    length: Annotated[np.ndarray, "penalty width"]
    """Their mean number of tokens."""
    log_prob: Annotated[np.ndarray, "penalty width"]
    """Their mean log probability in nats, of the whole output."""
    compared: int
    """Outputs of a sentence whose likeness was measured."""
    beam_distinct: float
    """Share of distinct bigrams among those of all hypotheses of a sentence."""
    sample_distinct: float
    """The same among as many samples, drawn by the model's own probabilities."""
    sample_bleu: float
    """Of one sample for each sentence."""
