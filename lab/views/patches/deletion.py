"""Deletion: what is left of an answer while patches are removed, or only they are kept, in several orders."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.format import class_names, percent
from lab.style import SERIES, add_band, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import PATCH_CHANGES, PATCH_ORDERS, PatchDeletionTrace

LINES: dict[str, dict[str, Any]] = {
    "attention": {"color": SERIES[0], "width": 2},
    "rollout": {"color": SERIES[3], "width": 2},
    "relevance": {"color": SERIES[2], "width": 3},
    "blob": {"color": SERIES[1], "width": 2, "dash": "dash"},
    "random": {"color": SERIES[-1], "width": 2, "dash": "dot"},
}
"""How the curve of each order is drawn; "random" is the mean of the random orders."""
BAND = "rgba(107, 114, 128, 0.2)"
"""Behind the curves: the colour of "random", so that they show through."""


def chart(trace: PatchDeletionTrace, text: Text) -> list[dict[str, Any]]:
    """The patches removed on the left, only they kept on the right."""
    return [to_dict(_figure(trace, change, text)) for change in PATCH_CHANGES]


def _figure(trace: PatchDeletionTrace, change: str, text: Text) -> go.Figure:
    """A curve for each order, and a band that holds those of all random orders."""
    at, names = PATCH_CHANGES.index(change), [plain(name) for name in class_names(trace.labels, text)]
    drawn = figure(
        text(f"patches.view.deletion.share_{change}"),
        text("patches.view.deletion.probability", label=names[trace.label]),
    )
    random = trace.random_probability[at]
    bounds = [text(f"patches.view.deletion.{bound}") for bound in ("lowest", "highest")]
    add_band(
        drawn,
        *(random.min(0), random.max(0)),
        bounds,
        group="random",
        x=trace.share,
        line=LINES["random"],
        fillcolor=BAND,
    )
    answers = {name: [names[label] for label in row] for name, row in zip(PATCH_ORDERS, trace.answer[at], strict=True)}
    curves = {**dict(zip(PATCH_ORDERS, trace.probability[at], strict=True)), "random": random.mean(0)}
    for order, y in curves.items():
        hover = "hover" if order in answers else "hover_random"
        drawn.add_scatter(
            x=trace.share,
            y=y,
            mode="lines+markers",
            name=text(f"patches.view.deletion.{order}"),
            legendgroup=order,
            line=LINES[order],
            customdata=answers.get(order),
            hovertemplate=text(f"patches.view.deletion.{hover}"),
        )
    drawn.update_xaxes(tickformat=".0%", range=[-0.02, 1.02])
    top = max(trace.probability.max(), trace.random_probability.max())
    drawn.update_yaxes(tickformat=".0%", range=[0, 1.05 * top])
    return drawn


def claim(trace: PatchDeletionTrace, text: Text) -> str:
    """The area under every curve, the order that finds most first, and what raw attention does better than."""
    label = plain(class_names(trace.labels, text)[trace.label])
    whole, nothing = map(percent, trace.probability[0, 0, [0, -1]])
    areas = [f"- {_areas(trace, change, text)}" for change in PATCH_CHANGES]
    attention, blob = (_lateness(trace.area)[:, PATCH_ORDERS.index(order)] for order in ("attention", "blob"))
    random = _lateness(trace.random_area)
    better = {"blob": _where(attention < blob), "random": _where(attention < random.min(1))}
    found = {order: text(f"patches.view.deletion.better_{where}") for order, where in better.items()}
    raw = text("patches.view.deletion.raw", count=random.shape[1], **found)
    opening = text("patches.view.deletion.claim", label=label, whole=whole, nothing=nothing)
    return "\n".join((opening, "", *areas, "", raw))


def _areas(trace: PatchDeletionTrace, change: str, text: Text) -> str:
    """The orders with the areas under their curves, the one that finds most first."""
    at = PATCH_CHANGES.index(change)
    random = trace.random_area[at]
    areas = np.append(trace.area, trace.random_area.mean(1, keepdims=True), axis=1)
    words = []
    for place in np.argsort(_lateness(areas)[at], kind="stable").tolist():
        order, area = (*PATCH_ORDERS, "random")[place], percent(areas[at, place])
        words.append(f"{text(f'patches.view.deletion.{order}')} {area}")
        if order == "random":
            words[-1] += text("patches.view.deletion.range", low=percent(random.min()), high=percent(random.max()))
    return text(f"patches.view.deletion.areas_{change}", areas=text("patches.view.deletion.comma").join(words))


def _lateness(areas: np.ndarray) -> np.ndarray:
    """Areas (change, order) so that less is better: an answer is to be lost soon, and, of kept patches, found soon."""
    return areas * np.array([{"removed": 1, "kept": -1}[change] for change in PATCH_CHANGES])[:, None]


def _where(better: np.ndarray) -> str:
    """In which of PATCH_CHANGES something is better: "both", "removed", "kept" or "neither"."""
    found = [change for change, one in zip(PATCH_CHANGES, better, strict=True) if one]
    return "both" if len(found) == len(PATCH_CHANGES) else "".join(found) or "neither"
