"""Tables of positions: sinusoids of a translator, the learned table of a ViT, and how alike positions are."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.format import number, percent, scientific
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import PositionTablesTrace

SINUSOIDAL = 1e-4
"""A table this near to the formula is the formula's."""


def chart(trace: PositionTablesTrace, text: Text) -> list[dict[str, Any]]:
    """Both tables as maps, and how alike positions are by their distance."""
    tables = ((trace.translator, "position", trace.table), (trace.vit, "patch", trace.vit_table))
    maps = [table_map(plain(model), axis, table, text) for model, axis, table in tables]
    return [to_dict(one) for one in (*maps, distance_chart(trace, text))]


def table_map(model: str, axis: str, table: np.ndarray, text: Text) -> go.Figure:
    """A table (position, dimension): blue for negative numbers, red for positive ones."""
    drawn = figure(text("blocks.view.positions.dimension"), text(f"blocks.view.positions.{axis}", model=model))
    limit = float(np.quantile(np.abs(table), 0.99))
    drawn.add_heatmap(
        z=table, x0=1, y0=1, colorscale="RdBu_r", zmin=-limit, zmax=limit, name=model, colorbar={"thickness": 10}
    )
    drawn.update_yaxes(autorange="reversed")
    return drawn


def distance_chart(trace: PositionTablesTrace, text: Text) -> go.Figure:
    """The translator's dot products from every first position, as a band with their mean; the ViT's cosines."""
    drawn = figure(text("blocks.view.positions.distance"), text("blocks.view.positions.alike"))
    distance, cosine = cosine_by_distance(trace)
    lines = (
        ("dot_product", trace.translator, np.arange(trace.product.shape[1]), trace.product.mean(0)),
        ("cosine", trace.vit, distance, cosine),
    )
    for colour, (kind, model, x, y) in zip(SERIES, lines, strict=False):
        name = text(f"blocks.view.positions.{kind}", model=plain(model))
        drawn.add_scatter(x=x, y=y, mode="lines", name=name, line={"color": colour})
    drawn.update_xaxes(range=[0, 40])
    return drawn


def cosine_by_distance(trace: PositionTablesTrace) -> tuple[np.ndarray, np.ndarray]:
    """Whole distances between patches, and the mean cosine of the pairs so far apart, rounded."""
    row, column = np.divmod(np.arange(trace.grid[0] * trace.grid[1]), trace.grid[1])
    apart = np.rint(np.hypot(row[:, None] - row, column[:, None] - column)).astype(int)
    count = np.bincount(apart.ravel())
    return np.arange(len(count)), np.bincount(apart.ravel(), trace.vit_cosine.ravel()) / count


def claim(trace: PositionTablesTrace, text: Text) -> str:
    """Whether the table is the formula's and its dot products depend on distance alone; the ViT's neighbours."""
    kind = "sinusoids" if trace.sinusoid_error < SINUSOIDAL else "learned"
    spread = np.ptp(trace.product, axis=0).max()
    _, cosine = cosine_by_distance(trace)
    pairs = ~np.eye(len(trace.vit_cosine), dtype=bool)
    return text(
        f"blocks.view.positions.{kind}",
        model=plain(trace.translator),
        error=scientific(trace.sinusoid_error),
        spread=scientific(float(spread)),
        near=percent(float(trace.product[:, 1].mean())),
        count=len(trace.product),
    ) + text(
        "blocks.view.positions.patches",
        model=plain(trace.vit),
        near=number(round(float(cosine[1]), 2) + 0.0, 2),
        all=number(round(float(trace.vit_cosine[pairs].mean()), 2) + 0.0, 2),
    )
