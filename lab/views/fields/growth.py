"""How the field of one position grows with depth: a chart of distances, a sentence of areas for each model."""

from typing import Literal, NamedTuple

import numpy as np

from lab.format import layer_name, percent
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import AREA_DEFINITIONS, HALF_MASS, IMAGES, WEIGHTS, FieldsTrace, FieldTrace

GRADIENT_MASS = AREA_DEFINITIONS.index("gradient_mass")
TRAINED, RANDOM = WEIGHTS.index("trained"), WEIGHTS.index("random")
PHOTO = IMAGES.index("photo")

Kind = Literal["theory", "effective", "untrained", "attention"]
LINES: dict[Kind, tuple[dict, str]] = {
    "theory": ({"dash": "dash", "width": 1.5}, "lines"),
    "effective": ({"width": 3}, "lines+markers"),
    "untrained": ({"dash": "dot", "width": 1.5}, "lines"),
    "attention": ({"width": 0}, "markers"),
}
"""Line and mode of each kind of distance in the chart."""


class Areas(NamedTuple):
    """What one model's layers see of the picture at a position, as shares of its area."""

    can: np.ndarray
    """(layer,): the theoretical field."""
    does: np.ndarray
    """(layer,): the smallest square that holds half of the gradient, of the trained weights on the photo."""


def areas(column: FieldTrace) -> Areas:
    """What a model can see and does see in each layer."""
    top, left, bottom, right = column.box.T
    return Areas((bottom - top) * (right - left), column.area[TRAINED, PHOTO, :, HALF_MASS, GRADIENT_MASS])


def distances(column: FieldTrace) -> dict[Kind, np.ndarray]:
    """Root mean square distances over the layers (layer,), by kind, those of the photo; attention has nan in a CNN.

    "untrained" only where random weights were measured.
    """
    measured: dict[Kind, np.ndarray] = {"theory": column.box_radius, "effective": column.radius[TRAINED, PHOTO]}
    if len(column.radius) > RANDOM:
        measured["untrained"] = column.radius[RANDOM, PHOTO]
    return {**measured, "attention": column.attention_distance}


def _line(kind: Kind, colour: str) -> dict:
    line, mode = LINES[kind]
    marker = {"color": colour, "size": 7, "symbol": "x" if kind == "attention" else "circle"}
    return {"mode": mode, "line": {"color": colour, **line}, "marker": marker}


def chart(trace: FieldsTrace, text: Text) -> dict:
    """Over depth: how far a position could see if all that it can see counted equally, how far it does, and how far
    attention looks."""
    drawn = figure(text("fields.view.growth.depth"), text("fields.view.growth.radius"))
    for number, column in enumerate(trace.columns):
        depth = np.arange(1, len(column.layer_name) + 1) / len(column.layer_name)
        for kind, distance in distances(column).items():
            if not np.isfinite(distance).any():
                continue
            drawn.add_scatter(
                x=depth.tolist(),
                y=distance.tolist(),
                name=plain(column.model),
                legendgroup=number,
                showlegend=kind == "effective",
                customdata=[layer_name(name, text) for name in column.layer_name],
                hovertemplate=text(f"fields.view.growth.line_{kind}"),
                **_line(kind, SERIES[number % len(SERIES)]),
            )
    for kind in distances(trace.columns[0]):
        drawn.add_scatter(x=[None], y=[None], name=text(f"fields.view.growth.kind_{kind}"), **_line(kind, SERIES[-1]))
    drawn.update_xaxes(tickformat=".0%", range=[0, 1.03])
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    return to_dict(drawn)


def claim(trace: FieldsTrace, text: Text) -> str:
    """What was measured about "CNNs see locally, attention sees everything", a line for each model."""
    lines = [f"- {_claim_line(column, text)}" for column in trace.columns]
    return text("fields.view.growth.claim") + "\n\n" + "\n".join(lines)


def _claim_line(column: FieldTrace, text: Text) -> str:
    can, does = areas(column)
    names = [layer_name(name, text) for name in column.layer_name]
    whole = np.flatnonzero(can > 0.999)
    middle = (len(names) - 1) // 2
    return text(
        "fields.view.growth.claim_line" if len(whole) else "fields.view.growth.claim_line_part",
        model=plain(column.model),
        first=names[0],
        first_can=percent(can[0]),
        first_does=percent(does[0]),
        middle=names[middle],
        middle_can=percent(can[middle]),
        middle_does=percent(does[middle]),
        last_can=percent(can[-1]),
        last_does=percent(does[-1]),
        whole=names[whole[0]] if len(whole) else "",
    )
