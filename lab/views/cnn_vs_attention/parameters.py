"""Parameter efficiency: a chart of what one layer has, a table of what models have, cost and reach."""

from typing import Literal, cast

import numpy as np

from lab.format import percent, table
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import ParametersTrace

Kind = Literal["convolution", "attention", "vit_layer", "resnet_layer"]


def chart(trace: ParametersTrace, text: Text) -> dict:
    """Weights of one layer of each kind against its width."""
    drawn = figure(text("cnn_vs_attention.view.parameters.width"), text("cnn_vs_attention.view.parameters.weights"))
    for colour, (kind, weights) in zip(SERIES, layer_weights(trace).items(), strict=False):
        drawn.add_scatter(
            x=trace.n_embd.tolist(),
            y=weights.tolist(),
            mode="lines+markers",
            name=text(f"cnn_vs_attention.view.parameters.{kind}"),
            line={"color": colour},
        )
    drawn.update_xaxes(type="log", tickvals=trace.n_embd.tolist())
    drawn.update_yaxes(type="log", exponentformat="power", dtick=1)
    return to_dict(drawn)


def layer_weights(trace: ParametersTrace) -> dict[Kind, np.ndarray]:
    """Weights of one layer of each kind by width (width,); a basic ResNet layer is two of the convolutions."""
    weights: dict[Kind, np.ndarray] = dict(zip(cast("tuple[Kind, ...]", trace.kind), trace.weights, strict=True))
    weights["resnet_layer"] = 2 * weights["convolution"]
    return weights


def claim(trace: ParametersTrace, text: Text) -> str:
    """What was counted about "attention is the less parameter-efficient", and a table of the models."""
    squares = {kind: f"{weights[0] / trace.n_embd[0] ** 2:g}" for kind, weights in layer_weights(trace).items()}
    sentence = text("cnn_vs_attention.view.parameters.claim", **squares)
    words = ("model", "parameters", "multiply_adds", "accuracy")
    rows = [[text(f"cnn_vs_attention.view.parameters.{name}") for name in words], ["---", "---:", "---:", "---:"]]
    columns = zip(trace.model, trace.parameters, trace.multiply_adds, trace.val_accuracy, strict=True)
    for name, parameters, multiply_adds, accuracy in columns:
        reached = percent(accuracy) if np.isfinite(accuracy) else text("cnn_vs_attention.view.parameters.unknown")
        rows.append([plain(name), f"{parameters / 1e6:.1f} M", f"{multiply_adds / 1e6:,.0f} M", reached])
    return sentence + "\n\n" + table(rows)


def verdict(trace: ParametersTrace, text: Text) -> str:
    """What one layer of each kind has at the largest width."""
    counts = {kind: f"{weights[-1] / 1e6:.2f} M" for kind, weights in layer_weights(trace).items()}
    return text("cnn_vs_attention.view.parameters.verdict", n_embd=int(trace.n_embd[-1]), **counts)
