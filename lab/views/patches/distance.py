"""Distance: how far every head looks, against depth."""

from typing import Any

import numpy as np

from lab.format import percent
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.attention import mean_distance, patch_distance
from models.traces import VitTrace


def distances(trace: VitTrace) -> tuple[np.ndarray, float]:
    """Mean attention distance (layer, head) and that of uniform attention, both as a share of the image's side."""
    side = max(trace.pixels.shape[:2])
    uniform = patch_distance(trace.grid, trace.patch_size).mean()
    return mean_distance(trace.attention, trace.grid, trace.patch_size) / side, float(uniform / side)


def chart(trace: VitTrace, text: Text) -> dict[str, Any]:
    """A point for every head, and a line for attention that is equal everywhere."""
    measured, uniform = distances(trace)
    layers, heads = measured.shape
    colours = SERIES if heads < len(SERIES) else SERIES[:1]
    drawn = figure(text("patches.view.distance.layer"), text("patches.view.distance.share"))
    for head in range(heads):
        drawn.add_scatter(
            x=np.arange(1, layers + 1),
            y=measured[:, head],
            mode="markers",
            name=text("patches.view.distance.head", head=head + 1),
            marker={"size": 9, "color": colours[head % len(colours)], "opacity": 0.85},
            hovertemplate=text("patches.view.distance.hover", head=head + 1),
            showlegend=heads < len(SERIES),
        )
    drawn.add_scatter(
        x=[0.5, layers + 0.5],
        y=[uniform, uniform],
        mode="lines",
        name=text("patches.view.distance.uniform"),
        line={"dash": "dash", "color": SERIES[-1]},
        hoverinfo="skip",
        showlegend=True,
    )
    drawn.update_yaxes(rangemode="tozero", tickformat=".0%")
    drawn.update_xaxes(dtick=max(1, layers // 12), range=[0.5, layers + 0.5])
    return to_dict(drawn)


def claim(trace: VitTrace, text: Text) -> str:
    """What was measured about "a ViT layer is global", in a sentence."""
    measured, uniform = distances(trace)
    nearest, farthest = (np.unravel_index(pick(measured), measured.shape) for pick in (np.argmin, np.argmax))
    return text(
        "patches.view.distance.claim",
        first=percent(measured[0].mean()),
        last=percent(measured[-1].mean()),
        low=percent(measured[nearest]),
        low_layer=nearest[0] + 1,
        low_head=nearest[1] + 1,
        high=percent(measured[farthest]),
        high_layer=farthest[0] + 1,
        high_head=farthest[1] + 1,
        uniform=percent(uniform),
        near=int((measured < uniform).sum()),
        heads=measured.size,
    )
