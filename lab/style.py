"""One source of colours: palette, colour map, Plotly template, Gradio theme and CSS variables."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

if TYPE_CHECKING:
    import numpy as np
    from gradio import themes

SHEETS = tuple(
    Path(__file__).resolve().parent.parent / "assets" / "styles" / f"{name}.css"
    for name in ("header", "exhibit", "widget", "token_bars", "take")
)
"""In the order of the page; Gradio keeps them to what is inside of it."""
FONT = "IBM Plex Sans, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
SERIES = ("#4f6df5", "#e4572e", "#17a398", "#c77dff", "#e0a100", "#e84393", "#7cb518", "#6b7280")
"""Colours of lines and points, in order; readable on white and on slate."""

COLOURS = {
    "mark": "#d6336c",
    "highlight": "#ffd43b",
    "point": "#22d3ee",
    "allowed": "#6366f1",
    "blocked": "#282838",
    "masked": "#787c8c",
    "absent": "#808080",
    "ink": "#000000",
    "paper": "#ffffff",
    "finished": SERIES[2],
    "winner": SERIES[4],
    "forced": SERIES[5],
}
"""What widgets draw in one colour: the chosen cell, lines and rows that stand out, a point of the photo, what a mask
allows and blocks, what is masked out or not there yet, text on light and on dark, and a search's hypotheses."""


def constants() -> dict[str, Any]:
    """Colours as the browser's scripts take them; they become CSS variables there: --lab-mark, --lab-series-1."""
    return {
        "colourMap": colour_map(),
        "divergingMap": diverging_map(),
        "series": series(),
        "colours": COLOURS,
    }


def series() -> list[list[int]]:
    """RGB triples of SERIES."""
    return [[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in SERIES]


def colour_map() -> list[list[int]]:
    """256 RGB triples of Inferno: weight 0 to weight 1."""
    scale = sample_colorscale(get_colorscale("Inferno"), [index / 255 for index in range(256)])
    return [[round(channel) for channel in unlabel_rgb(color)] for color in scale]


def diverging_map() -> list[list[int]]:
    """255 RGB triples, blue for -1 over near-white for 0 to red for 1."""
    scale = sample_colorscale(get_colorscale("RdBu_r"), [index / 254 for index in range(255)])
    return [[round(channel) for channel in unlabel_rgb(color)] for color in scale]


def figure(x: str, y: str) -> go.Figure:
    """An empty chart with titled axes; the page gives it the colours of its light or dark mode."""
    chart = go.Figure()
    chart.update_layout(
        template="none",
        font={"family": FONT, "size": 14},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 64, "r": 24, "t": 12, "b": 48},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "tracegroupgap": 0},
        height=400,
    )
    for update, title in ((chart.update_xaxes, x), (chart.update_yaxes, y)):
        # Plotly would hide labels that it takes for outside, where the page is enlarged
        update(title=title, zeroline=False, ticklabeloverflow="allow")
    chart.update_yaxes(automargin=True)
    return chart


def add_band(
    chart: go.Figure, low: "np.ndarray", high: "np.ndarray", names: Sequence[str], *, group: str, **drawn: Any
) -> None:
    """What lies between two lines without ink; a reading says their `names`, the legend those of the `group`'s curve.

    drawn: x and the colours, as Plotly takes them.
    """
    line = {**drawn.pop("line"), "width": 0}
    for y, name, fill in zip((low, high), names, (None, "tonexty"), strict=True):
        chart.add_scatter(
            y=y,
            mode="lines",
            name=name,
            line=line,
            fill=fill,
            legendgroup=group,
            showlegend=False,
            hoverinfo="skip",
            **drawn,
        )


def theme() -> "themes.Base":
    """The Gradio theme; its fonts are local. The bundled semi-bold Plex lacks quotes and much else, so bold is 700."""
    from gradio import themes

    return themes.Base(
        primary_hue="indigo",
        neutral_hue="slate",
        radius_size="lg",
        font=[themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "Noto Sans CJK SC", "sans-serif"],
    ).set(
        color_accent="*primary_600",
        slider_color="*primary_600",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_300",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
    )
