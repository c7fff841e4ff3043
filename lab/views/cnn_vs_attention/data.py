"""Data dependence: the recorded accuracy of three small networks against the number of training pictures."""

import numpy as np

from lab.format import percent
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import DataEfficiencyTrace


def chart(trace: DataEfficiencyTrace, text: Text) -> dict:
    """Accuracy over the number of pictures; bars reach from the lowest to the highest of several seeds."""
    drawn = figure(text("cnn_vs_attention.view.data.pictures"), text("cnn_vs_attention.view.data.accuracy"))
    for number, name in enumerate(family_names(trace, text)):
        mean = trace.mean[number]
        drawn.add_scatter(
            x=trace.n_image.tolist(),
            y=mean.tolist(),
            mode="lines+markers",
            name=name,
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


def family_names(trace: DataEfficiencyTrace, text: Text) -> list[str]:
    """The families in the page's language."""
    return [text(f"cnn_vs_attention.view.data.{family}") for family in trace.family]


def claim(trace: DataEfficiencyTrace, text: Text) -> str:
    """What was measured about "a ViT needs more data than a CNN"."""
    few, whole = trace.mean[:, 0], trace.mean[:, -1]
    lines = [
        text(
            "cnn_vs_attention.view.data.claim_line",
            family=name,
            few=percent(few[number]),
            all=percent(whole[number]),
            few_low=percent(trace.lowest[number, 0]),
            few_high=percent(trace.highest[number, 0]),
            all_low=percent(trace.lowest[number, -1]),
            all_high=percent(trace.highest[number, -1]),
            gain=f"{100 * (whole[number] - few[number]):+.0f}",
            parameters=f"{trace.parameters[number] / 1e6:.2f}",
            multiply_adds=f"{trace.multiply_adds[number] / 1e6:.0f}",
        )
        for number, name in enumerate(family_names(trace, text))
    ]
    sentence = text(
        "cnn_vs_attention.view.data.claim",
        steps=f"{trace.steps:,}",
        few=f"{trace.n_image[0]:,}",
        all=f"{trace.n_image[-1]:,}",
        seeds=int(np.max(trace.n_seed)),
    )
    return sentence + "\n\n" + "\n".join(f"- {line}" for line in lines)


def verdict(trace: DataEfficiencyTrace, text: Text) -> str:
    """The accuracy of each family with the fewest and with the most pictures."""
    few, whole = (
        text("cnn_vs_attention.view.data.and").join(
            f"{name} {percent(accuracy)}"
            for name, accuracy in zip(family_names(trace, text), trace.mean[:, column], strict=True)
        )
        for column in (0, -1)
    )
    counts = {"n_few": f"{trace.n_image[0]:,}", "n_all": f"{trace.n_image[-1]:,}"}
    return text("cnn_vs_attention.view.data.verdict", few=few, all=whole, steps=f"{trace.steps:,}", **counts)
