"""In which order the queries rank the keys, kind by kind: one map of ranks each, and how many orders there are."""

import numpy as np
import plotly.graph_objects as go

from lab.format import percent, table
from lab.style import figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import RANKED_WEIGHTS, RankingTrace

SHOWN = 40
"""Nodes that a map has at most; the numbers are of all of them."""
HEAD = 0
GAP = 0.05
"""Between two maps, as a share of the chart."""


def chart(trace: RankingTrace, text: Text) -> list[dict]:
    """The first head of each kind, with all weights in turn: a row for each query, keys by their mean rank."""
    return [to_dict(_maps(trace, at, weights_name(name, text), text)) for at, name in enumerate(RANKED_WEIGHTS)]


def _maps(trace: RankingTrace, at: int, weights: str, text: Text) -> go.Figure:
    drawn = figure(text("graph.view.ranking.key", weights=weights), text("graph.view.ranking.query"))
    count, kinds = min(SHOWN, len(trace.node)), len(trace.kind)  # the map in the middle has the title below it
    width = (1 - GAP * (kinds - 1)) / kinds
    for place, kind in enumerate(trace.kind):
        rank = trace.rank[at, place, HEAD]
        order = rank.mean(0).argsort(kind="stable")[:count]
        left, axis = place * (width + GAP), "" if place == kinds // 2 else str(place + 2)
        drawn.add_heatmap(
            z=rank[:count, order],
            colorscale="Inferno",
            reversescale=True,
            zmin=0,
            zmax=len(trace.node) - 1,
            name=f"{kind_name(kind, text)}, {weights}",
            xaxis=f"x{axis}",
            showscale=False,
        )
        drawn.update_layout({f"xaxis{axis}": {"domain": [left, left + width], "showticklabels": False, "ticks": ""}})
        middle = {"x": left + width / 2, "xanchor": "center", "y": 1, "yanchor": "bottom"}
        drawn.add_annotation(text=kind_name(kind, text), xref="paper", yref="paper", showarrow=False, **middle)
    drawn.update_layout(margin={"t": 36})
    drawn.update_yaxes(autorange="reversed", showticklabels=False, ticks="", anchor="x2")
    return drawn


def weights_name(name: str, text: Text) -> str:
    """What the weights are."""
    return text(f"graph.view.ranking.{name}")


def kind_name(kind: str, text: Text) -> str:
    """A short name of the kind."""
    return text(f"graph.view.ranking.{kind}")


def orders(rank: np.ndarray) -> int:
    """How many different orders the queries of a head have; rank: (query, key)."""
    return len(np.unique(rank, axis=0))


def agreement(rank: np.ndarray) -> float:
    """Share of the queries that look most at the key that most queries look most at."""
    return np.bincount(rank.argmin(1)).max() / len(rank)


def claim(trace: RankingTrace, text: Text) -> str:
    """Orders, agreement and spread of the scores of every kind, mean over its heads, as a table."""
    head = [text("graph.view.ranking.kind"), *(weights_name(name, text) for name in RANKED_WEIGHTS)]
    rows = [head, ["---"] * len(head)]
    for at, kind in enumerate(trace.kind):
        cells = [_cell(*one, text) for one in zip(trace.rank[:, at], trace.spread[:, at], strict=True)]
        rows.append([kind_name(kind, text), *cells])
    heads = trace.rank.shape[2]
    return text("graph.view.ranking.claim", nodes=len(trace.node), heads=heads) + "\n\n" + table(rows)


def _cell(heads: np.ndarray, spread: np.ndarray, text: Text) -> str:
    found, agree = np.mean([(orders(rank), agreement(rank)) for rank in heads], axis=0)
    return text(
        "graph.view.ranking.orders", orders=f"{found:.3g}", agree=percent(float(agree)), spread=f"{spread.mean():.2g}"
    )
