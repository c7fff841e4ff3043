"""Data dependence: the recorded accuracy of three small networks against the number of training pictures."""

import numpy as np

from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import percent, to_dict
from models.traces import DependenceTrace


def chart(trace: DependenceTrace, text: Text) -> dict:
    """Accuracy over the number of pictures; bars reach from the lowest to the highest of several seeds."""
    drawn = figure(text("cnn_vs_attention.view.data.pictures"), text("cnn_vs_attention.view.data.accuracy"))
    for number, family in enumerate(trace.family):
        mean = trace.mean[number]
        drawn.add_scatter(
            x=trace.n_image,
            y=mean,
            mode="lines+markers",
            name=text(f"cnn_vs_attention.view.data.{family}"),
            line={"color": SERIES[number], "width": 3},
            error_y={
                "array": (trace.highest[number] - mean).tolist(),
                "arrayminus": (mean - trace.lowest[number]).tolist(),
            },
            hovertemplate="%{x:,}: %{y:.1%}",
        )
    drawn.update_xaxes(type="log", tickvals=trace.n_image.tolist(), ticktext=[f"{n:,}" for n in trace.n_image])
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    return to_dict(drawn)


def claim(trace: DependenceTrace, text: Text) -> str:
    """What was measured about "a ViT needs more data than a CNN"."""
    few, all_ = trace.mean[:, 0], trace.mean[:, -1]
    lines = [
        text(
            "cnn_vs_attention.view.data.claim_line",
            family=text(f"cnn_vs_attention.view.data.{family}"),
            few=percent(few[number]),
            all=percent(all_[number]),
            few_low=percent(trace.lowest[number, 0]),
            few_high=percent(trace.highest[number, 0]),
            all_low=percent(trace.lowest[number, -1]),
            all_high=percent(trace.highest[number, -1]),
            gain=f"{100 * (all_[number] - few[number]):+.0f}",
            parameters=f"{trace.parameters[number] / 1e6:.2f}",
            macs=f"{trace.multiply_adds[number] / 1e6:.0f}",
        )
        for number, family in enumerate(trace.family)
    ]
    told = text(
        "cnn_vs_attention.view.data.claim",
        steps=f"{trace.steps:,}",
        few=f"{trace.n_image[0]:,}",
        all=f"{trace.n_image[-1]:,}",
        seeds=int(np.max(trace.n_seed)),
    )
    return told + "\n\n" + "\n".join(f"- {line}" for line in lines)
