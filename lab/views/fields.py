"""What a position can see and does see, layer by layer: facts and arrays for the widget Fields, a chart, a claim."""

import re
from html import escape

import numpy as np

from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import percent, to_dict
from models.traces import THRESHOLDS, FieldTrace, ReceptiveFieldTrace, TheoryTrace

LOW, HIGH = 0.1, 1000.0
"""Ends of the colour scale: a field's value as a multiple of its mean over the picture."""
HALF = THRESHOLDS.index(0.5)
LOOKS: dict[str, tuple[dict, str]] = {
    "theory": ({"dash": "dash", "width": 1.5}, "lines"),
    "effective": ({"width": 3}, "lines+markers"),
    "untrained": ({"dash": "dot", "width": 1.5}, "lines"),
    "attention": ({"width": 0}, "markers"),
}
"""Line and mode of each kind of distance in the chart."""


def facts(trace: ReceptiveFieldTrace, text: Text) -> dict:
    """What the widget needs to know besides the arrays."""
    return {
        "request": trace.request,
        "position": trace.position,
        "n_image": trace.n_image,
        "columns": [
            {
                "model": column.model,
                "answer": text.label(column.labels[int(column.probability.argmax())]),
                "share": percent(float(column.probability.max())),
                "layers": [layer_name(name, text) for name in column.layer_name],
                "attends": bool(np.isfinite(column.attention_distance).any()),
                "rolls": bool(np.isfinite(column.rollout).any()),
            }
            for column in trace.columns
        ],
    }


def layer_name(name: str, text: Text) -> str:
    """A layer's name in the page's language: "stage 2, block 1", "layer 3", "embedder"."""
    kind = "_".join(re.findall("[a-z]+", name))
    return text(f"model.layer.{kind}", **dict(zip("ab", re.findall(r"\d+", name), strict=False)))


def arrays(trace: ReceptiveFieldTrace) -> dict[str, np.ndarray]:
    """What the widget draws, by name; one set for every column.

    field: (weights, images, layer, row, column), bytes of `levels`; box: (layer, edge); area: (weights, images, layer,
    definition) for one half of the field; square: (weights, images, layer, edge), the one of that gradient mass;
    distance: (layer,); rollout: (layer, row, column), bytes of `levels` as well.
    """
    drawn: dict[str, np.ndarray] = {}
    for index, column in enumerate(trace.columns):
        rollout = np.nan_to_num(column.rollout)
        mean = np.maximum(rollout.mean(axis=(1, 2), keepdims=True), 1e-30)
        drawn |= {
            f"pixels_{index}": column.pixels,
            f"field_{index}": levels(column.field),
            f"box_{index}": column.box.astype(np.float32),
            f"square_{index}": np.nan_to_num(column.square).astype(np.float32),
            f"area_{index}": column.area[..., HALF, :].astype(np.float32),
            f"radius_{index}": column.radius.astype(np.float32),
            f"distance_{index}": np.nan_to_num(column.attention_distance).astype(np.float32),
            f"rollout_{index}": levels(rollout / mean),
        }
    return drawn


def levels(field: np.ndarray) -> np.ndarray:
    """A field as bytes on one logarithmic scale for all: 0 at a tenth of the mean or less, 255 at a thousand times."""
    share = np.log10(np.maximum(field, LOW) / LOW) / np.log10(HIGH / LOW)
    return np.round(np.minimum(share, 1) * 255).astype(np.uint8)


def depths(column: FieldTrace) -> np.ndarray:
    """Depth of each layer as a share of all."""
    return np.arange(1, len(column.layer_name) + 1) / len(column.layer_name)


def look(kind: str, colour: str) -> dict:
    """How the chart draws a kind of distance."""
    line, mode = LOOKS[kind]
    marker = {"color": colour, "size": 7, "symbol": "x" if kind == "attention" else "circle"}
    return {"mode": mode, "line": {"color": colour, **line}, "marker": marker}


def growth_chart(trace: ReceptiveFieldTrace, text: Text) -> dict:
    """Over depth: how far a position could see if all that it can see counted equally, how far it does, and how far
    attention looks."""
    chart = figure(text("fields.view.growth.depth"), text("fields.view.growth.radius"))
    for number, column in enumerate(trace.columns):
        distances = {
            "theory": column.box_radius,
            "effective": column.radius[0, 0],
            "untrained": column.radius[1, 0],
            "attention": column.attention_distance,
        }
        for kind, distance in distances.items():
            if not np.isfinite(distance).any():
                continue
            chart.add_scatter(
                x=depths(column),
                y=distance,
                name=escape(column.model),
                legendgroup=number,
                showlegend=kind == "effective",
                customdata=[layer_name(name, text) for name in column.layer_name],
                hovertemplate=text(f"fields.view.growth.line_{kind}"),
                **look(kind, SERIES[number % len(SERIES)]),
            )
    for kind in LOOKS:
        chart.add_scatter(x=[None], y=[None], name=text(f"fields.view.growth.kind_{kind}"), **look(kind, SERIES[-1]))
    chart.update_xaxes(tickformat=".0%", range=[0, 1.03])
    chart.update_yaxes(tickformat=".0%", rangemode="tozero")
    return to_dict(chart)


def growth_claim(trace: ReceptiveFieldTrace, text: Text) -> str:
    """What was measured about "CNNs see locally, attention sees everything", a line for each model."""
    lines = []
    for column in trace.columns:
        reach = (column.box[:, 2] - column.box[:, 0]) * (column.box[:, 3] - column.box[:, 1])
        whole = np.flatnonzero(reach > 0.999)
        middle, last = (len(reach) - 1) // 2, len(reach) - 1
        lines.append(
            text(
                "fields.view.growth.claim_line" if len(whole) else "fields.view.growth.claim_line_part",
                model=plain(column.model),
                first=layer_name(column.layer_name[0], text),
                first_can=percent(reach[0]),
                first_does=percent(column.area[0, 0, 0, HALF, 1]),
                middle=layer_name(column.layer_name[middle], text),
                middle_can=percent(reach[middle]),
                middle_does=percent(column.area[0, 0, middle, HALF, 1]),
                last_can=percent(reach[last]),
                last_does=percent(column.area[0, 0, last, HALF, 1]),
                whole=layer_name(column.layer_name[whole[0]], text) if len(whole) else "",
            )
        )
    told = text("fields.view.growth.claim") + "\n\n" + "\n".join(f"- {line}" for line in lines)
    return "\n\n".join([told, *(theory(published, text) for published in trace.published)])


def theory(trace: TheoryTrace, text: Text) -> str:
    """What published CNNs can see by theory."""
    seen = [f"{model} {size:,}" for model, size in zip(trace.model, trace.size.tolist(), strict=True)]
    return text("fields.view.published.line", side=trace.side, seen=" · ".join(seen))
