"""Prediction by depth: what the model would answer if it stopped early (logit lens)."""

from typing import Any

import numpy as np

from lab.format import class_names, percent
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import VitTrace


def chart(trace: VitTrace, text: Text, count: int = 5) -> dict[str, Any]:
    """The probability of the final prediction's first classes, had the model stopped at each depth."""
    drawn = figure(text("patches.view.lens.depth"), text("patches.view.lens.probability"))
    names = [plain(name) for name in class_names(trace.labels, text)]
    depths, classes = np.arange(len(trace.lens_probability)), np.argsort(-trace.probability)[:count]
    for place, label in enumerate(classes):
        drawn.add_scatter(
            x=depths,
            y=trace.lens_probability[:, label],
            mode="lines+markers",
            name=names[label],
            line={"color": SERIES[place % len(SERIES)], "width": 3 if place == 0 else 1.5},
            hovertemplate=text("patches.view.lens.hover", label=names[label]),
        )
    top = float(trace.lens_probability[:, classes].max())
    drawn.update_yaxes(range=[0, min(1.02, 1.15 * top)], tickformat=".0%" if top > 0.05 else ".2%")
    drawn.update_xaxes(dtick=max(1, len(depths) // 12))
    return to_dict(drawn)


def claim(trace: VitTrace, text: Text) -> str:
    """From which depth on the model would have given its final answer, in a sentence."""
    label = int(trace.probability.argmax())
    leads = trace.lens_probability.argmax(axis=-1) == label
    since = len(leads) - int(np.argmin(leads[::-1])) if not leads.all() else 0
    return text(
        "patches.view.lens.claim",
        label=plain(class_names(trace.labels, text)[label]),
        depth=since,
        layers=len(leads) - 1,
        probability=percent(trace.probability[label]),
        start=percent(trace.lens_probability[0, label]),
    )
