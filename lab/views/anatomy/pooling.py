"""CLS against the mean of the patches: what a linear head reads of each, layer by layer."""

from typing import Any

import numpy as np

from lab.format import class_names, number, percent
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import POOLED, PoolingTrace

COLOURS = dict(zip(POOLED, SERIES, strict=False))


def chart(trace: PoolingTrace, text: Text) -> list[dict[str, Any]]:
    """On the left how often each head is right on the validation pictures, on the right its answer for the photo."""
    label = int(trace.own_probability.argmax())
    name = plain(class_names(trace.labels, text)[label])
    accuracy = text("anatomy.view.pooling.accuracy", count=number(trace.count))
    probability = text("anatomy.view.pooling.probability", label=name)
    return [
        _chart(trace.accuracy, trace.own_accuracy, accuracy, text),
        _chart(trace.probability[..., label], trace.own_probability[label], probability, text),
    ]


def _chart(curves: np.ndarray, own: float, title: str, text: Text) -> dict[str, Any]:
    """Curves (pooled, state) over the layers, and a line where the model's own head is."""
    drawn = figure(text("anatomy.view.pooling.layer"), title)
    states = np.arange(curves.shape[1])
    for name, curve in zip(POOLED, curves, strict=True):
        drawn.add_scatter(
            x=states,
            y=curve,
            mode="lines+markers",
            name=text(f"anatomy.view.pooling.{name}"),
            line={"color": COLOURS[name], "width": 3},
        )
    drawn.add_scatter(
        x=states[[0, -1]],
        y=[own, own],
        mode="lines",
        name=text("anatomy.view.pooling.own"),
        line={"color": SERIES[-1], "width": 2, "dash": "dash"},
    )
    drawn.update_xaxes(dtick=max(1, len(states) // 12))
    drawn.update_yaxes(tickformat=".0%", range=[-0.02, 1.02])
    return to_dict(drawn)


def claim(trace: PoolingTrace, text: Text) -> str:
    """Both accuracies after the last layer and before the first, where CLS overtakes, and both answers."""
    names = [plain(name) for name in class_names(trace.labels, text)]
    cls, mean = (trace.accuracy[POOLED.index(name)] for name in ("cls", "mean"))
    behind = np.flatnonzero(cls < mean)
    said = {}
    for name, probability in zip(POOLED, trace.probability[:, -1], strict=True):
        said[name], said[f"{name}_share"] = names[int(probability.argmax())], percent(float(probability.max()))
    last, end = int(behind[-1]) if behind.size else -1, len(cls) - 1
    overtakes = {-1: "always", end - 1: "last", end: "never"}.get(last, "layer")
    return text.sentences(
        text(
            "anatomy.view.pooling.claim",
            count=number(trace.count),
            cls=f"{cls[-1]:.1%}",
            mean=f"{mean[-1]:.1%}",
            own=f"{trace.own_accuracy:.1%}",
            cls_first=f"{cls[0]:.1%}",
            mean_first=f"{mean[0]:.1%}",
        ),
        text(f"anatomy.view.pooling.overtakes_{overtakes}", layer=last + 1),
        text("anatomy.view.pooling.photo", **said),
    )
