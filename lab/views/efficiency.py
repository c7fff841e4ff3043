"""Parameter efficiency: a chart of what one layer has, a table of what models have, cost and reach."""

import numpy as np

from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import percent, to_dict
from models.traces import EfficiencyTrace


def chart(trace: EfficiencyTrace, text: Text) -> dict:
    """Weights of one layer of each kind against its width."""
    drawn = figure(text("cnn_vs_attention.view.parameters.width"), text("cnn_vs_attention.view.parameters.weights"))
    for colour, (kind, weights) in zip(SERIES, layers(trace).items(), strict=False):
        drawn.add_scatter(
            x=trace.n_embd,
            y=weights,
            mode="lines+markers",
            name=text(f"cnn_vs_attention.view.parameters.{kind}"),
            line={"color": colour},
        )
    drawn.update_xaxes(type="log", tickvals=trace.n_embd.tolist())
    drawn.update_yaxes(type="log", exponentformat="power", dtick=1)
    return to_dict(drawn)


def layers(trace: EfficiencyTrace) -> dict[str, np.ndarray]:
    """Weights of one layer of each kind by width; a basic ResNet layer is two of the convolutions."""
    weights = dict(zip(trace.kind, trace.weights, strict=True))
    return weights | {"resnet_layer": 2 * weights["convolution"]}


def claim(trace: EfficiencyTrace, text: Text) -> str:
    """What was counted about "attention is the less parameter-efficient", and a table of the models."""
    squares = {kind: f"{weights[0] / trace.n_embd[0] ** 2:g}" for kind, weights in layers(trace).items()}
    told = text("cnn_vs_attention.view.parameters.claim", **squares)
    head = [
        text(f"cnn_vs_attention.view.parameters.{name}")
        for name in ("model", "parameters", "multiply_adds", "accuracy")
    ]
    rows = [head, ["---", "---:", "---:", "---:"]]
    for name, parameters, macs, accuracy in zip(
        trace.model, trace.parameters, trace.multiply_adds, trace.val_accuracy, strict=True
    ):
        reached = percent(accuracy) if np.isfinite(accuracy) else text("cnn_vs_attention.view.parameters.unknown")
        rows.append([plain(name), f"{parameters / 1e6:.1f} M", f"{macs / 1e6:,.0f} M", reached])
    return told + "\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)
