"""A convolution as attention while alpha grows: facts and arrays for the widget Sweep."""

import numpy as np

from lab.text import Text
from lab.views.fields import layer_name
from models.traces import SweepTrace


def facts(trace: SweepTrace, text: Text) -> dict:
    """What the widget needs to know besides the arrays."""
    inside = [error[trace.interior].max(initial=0) for error in trace.error]
    border = [error[~trace.interior].max(initial=0) for error in trace.error]
    return {
        "model": trace.model,
        "layer": layer_name(trace.layer, text),
        "kernel_size": trace.kernel_size,
        "channels": trace.channels,
        "alphas": trace.alpha.tolist(),
        "inside": [float(error) for error in inside],
        "border": [float(error) for error in border],
    }


def arrays(trace: SweepTrace) -> dict[str, np.ndarray]:
    """What the widget draws: attention (alpha, head, row, column) of the middle token, error (alpha, row, column),
    interior (row, column)."""
    return {
        "attention": trace.attention.astype(np.float32),
        "error": trace.error.astype(np.float32),
        "interior": trace.interior.astype(np.uint8),
    }
