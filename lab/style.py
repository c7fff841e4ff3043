"""One source of colours: palette, colour map, Plotly template, Gradio theme and CSS variables."""

from gradio import themes
from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

FONT = "IBM Plex Sans, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
SERIES = ("#4f6df5", "#e4572e", "#17a398", "#c77dff", "#e0a100", "#6b7280")
"""Colours of lines and points, in order; readable on white and on slate."""


def colour_map() -> list[list[int]]:
    """256 RGB triples of Inferno: weight 0 to weight 1."""
    scale = sample_colorscale(get_colorscale("Inferno"), [index / 255 for index in range(256)])
    return [[round(channel) for channel in unlabel_rgb(color)] for color in scale]


def theme() -> themes.Base:
    """The Gradio theme; its fonts are local."""
    return themes.Base(
        primary_hue="indigo",
        neutral_hue="slate",
        radius_size="lg",
        font=[themes.LocalFont("IBM Plex Sans", weights=(400, 600)), "Noto Sans CJK SC", "sans-serif"],
    ).set(block_label_background_fill="transparent", block_label_background_fill_dark="transparent")
