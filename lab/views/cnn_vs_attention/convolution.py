"""A convolution as attention while alpha grows, for the widget cnn_vs_attention/convolution."""

from typing import TypedDict

import numpy as np

from lab.format import layer_name, percent
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import ConvolutionSweepTrace


class ConvolutionMeta(TypedDict):
    """One convolution and the attention layer that stands for it; errors are shares of its largest output."""

    model: str
    layer: str
    """In the page's language."""
    kernel_size: int
    channels: tuple[int, int]
    """In and out."""
    alphas: list[float]
    inside: list[float]
    """Largest error where the kernel lies inside the map, of every alpha."""
    border: list[float]
    """Largest error where it reaches over the edge, of every alpha."""


def payload(trace: ConvolutionSweepTrace, text: Text) -> Payload:
    """Attention of the middle token and errors, at every alpha.

    attention: (alpha, head, row, column); error: (alpha, row, column); interior: (row, column).
    """
    inside, border = largest_errors(trace)
    meta: ConvolutionMeta = {
        "model": trace.model,
        "layer": layer_name(trace.layer, text),
        "kernel_size": trace.kernel_size,
        "channels": trace.channels,
        "alphas": trace.alpha.tolist(),
        "inside": inside,
        "border": border,
    }
    drawn = {
        "attention": trace.attention.astype(np.float32),
        "error": trace.error.astype(np.float32),
        "interior": trace.interior.astype(np.uint8),
    }
    return Payload(meta, drawn)


def largest_errors(trace: ConvolutionSweepTrace) -> tuple[list[float], list[float]]:
    """Of every alpha, the largest error inside the map and at its border."""
    inside = [float(error[trace.interior].max(initial=0)) for error in trace.error]
    border = [float(error[~trace.interior].max(initial=0)) for error in trace.error]
    return inside, border


def verdict(trace: ConvolutionSweepTrace, text: Text) -> str:
    """How far the attention layer is from the convolution at the smallest and at the largest alpha."""
    inside, border = largest_errors(trace)
    return text(
        "cnn_vs_attention.view.convolution.verdict",
        model=plain(trace.model),
        layer=layer_name(trace.layer, text),
        low_alpha=f"{trace.alpha[0]:g}",
        low_inside=percent(inside[0]),
        alpha=f"{trace.alpha[-1]:g}",
        inside=percent(inside[-1]),
        border=percent(border[-1]),
    )
