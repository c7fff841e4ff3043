"""Gradients through deep stacks, and the losses of stacks that train: two charts and the claim about residuals."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.format import number, scientific
from lab.style import SERIES, add_band, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.traces import STACK_VARIANTS, GradientsTrace

BOTH, NORM, RESIDUAL, NEITHER = range(len(STACK_VARIANTS))
ORDINARY = 100.0
"""A gradient has neither vanished nor exploded while it is less than so many times smaller or larger."""
LEARNT = 0.5
"""Share of the loss of guessing below which a stack has learnt something."""
SETTLED = 10
"""Last steps over which a loss is averaged."""


def chart(trace: GradientsTrace, text: Text) -> list[dict[str, Any]]:
    """Gradients on the left, losses on the right."""
    return [to_dict(gradient_chart(trace, text)), to_dict(loss_chart(trace, text))]


def gradient_chart(trace: GradientsTrace, text: Text) -> go.Figure:
    """Through the deepest stack from its output back to its first layer, as bands over the seeds; points are the first
    layers of stacks of every depth."""
    drawn = figure(text("blocks.view.gradients.distance"), text("blocks.view.gradients.gradient"))
    seeds = trace.along.shape[1]
    for name, colour, along, first in zip(names(text), SERIES, trace.along, trace.first, strict=False):
        bounds = [text(f"blocks.view.gradients.{bound}", name=name, seeds=seeds) for bound in ("lowest", "highest")]
        add_band(drawn, along.min(0), along.max(0), bounds, group=name, line={"color": colour})
        drawn.add_scatter(
            y=middle(along), mode="lines", name=name, line={"color": colour, "width": 2.5}, legendgroup=name
        )
        drawn.add_scatter(
            x=trace.depths,
            y=middle(first),
            mode="markers",
            name=text("blocks.view.gradients.first", name=name),
            marker={"color": colour, "size": 9},
            legendgroup=name,
            showlegend=False,
        )
    drawn.update_xaxes(tickvals=[0, *trace.depths.tolist()])
    drawn.update_yaxes(type="log", exponentformat="power", title_standoff=4)
    return drawn


def loss_chart(trace: GradientsTrace, text: Text) -> go.Figure:
    """Losses over the training steps; dashed: that of guessing."""
    drawn = figure(text("blocks.view.gradients.step"), text("blocks.view.gradients.loss", depth=trace.depth))
    steps = np.arange(1, trace.loss.shape[1] + 1)
    finite = np.where(np.isfinite(trace.loss), trace.loss, np.nan)
    for name, colour, loss in zip(names(text), SERIES, finite, strict=False):
        drawn.add_scatter(x=steps, y=loss, mode="lines", name=name, line={"color": colour, "width": 2.5})
    drawn.add_scatter(
        x=[steps[0], steps[-1]],
        y=[trace.guessing] * 2,
        mode="lines",
        name=text("blocks.view.gradients.guessing"),
        line={"color": SERIES[-1], "dash": "dash"},
    )
    drawn.update_yaxes(type="log", exponentformat="power", dtick=1)
    return drawn


def claim(trace: GradientsTrace, text: Text) -> str:
    """Whether residuals relieve vanishing gradients, as measured; then a line for each kind of stack."""
    deepest = trace.first[:, :, -1]
    relieve = deepest[RESIDUAL].min() > deepest[NEITHER].max()
    parts = [text(f"blocks.view.gradients.{'relieve' if relieve else 'relieve_not'}", depth=trace.depths[-1])]
    if relieve and middle(deepest[RESIDUAL]) > ORDINARY:
        parts.append(text("blocks.view.gradients.explode"))
    kept = 1 / ORDINARY < middle(deepest[NORM]) < ORDINARY
    parts.append(text(f"blocks.view.gradients.{'norm_keeps' if kept else 'norm_keeps_not'}"))
    if np.isfinite(trace.loss).any():
        learnt = [name for name, loss in zip(names(text), final(trace), strict=True) if loss < LEARNT * trace.guessing]
        steps = trace.loss.shape[1]
        found = {"depth": trace.depth, "steps": steps, "names": text("blocks.view.gradients.and").join(learnt)}
        parts.append(text(f"blocks.view.gradients.{'learnt' if learnt else 'learnt_none'}", **found))
        parts.append(text("blocks.view.gradients.settled", count=SETTLED))
    rows = [_row(trace, variant, name, text) for variant, name in enumerate(names(text))]
    return text.sentences(*parts) + "\n\n" + "\n".join(rows)


def _row(trace: GradientsTrace, variant: int, name: str, text: Text) -> str:
    deepest, loss = trace.first[variant, :, -1], final(trace)[variant]
    told = number(loss, 2) if np.isfinite(loss) else text("blocks.view.gradients.no_loss")
    return text(
        "blocks.view.gradients.row",
        name=name,
        middle=scientific(float(middle(deepest))),
        lowest=scientific(deepest.min()),
        highest=scientific(deepest.max()),
        loss=told,
    )


def final(trace: GradientsTrace) -> np.ndarray:
    """The mean loss of each variant over its last steps."""
    return trace.loss[:, -SETTLED:].mean(1)


def names(text: Text) -> list[str]:
    """What each stack has, in the page's language."""
    return [text(f"blocks.view.gradients.{variant}") for variant in STACK_VARIANTS]


def middle(numbers: np.ndarray) -> np.ndarray:
    """The geometric mean over the seeds, the first axis."""
    return np.exp(np.log(numbers).mean(0))
