"""What further training brought a translator, by what its decoder was fed: every seed a dot, and a row each."""

import math
from functools import partial

import plotly.graph_objects as go

from lab.format import number, percent
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from lab.views.strategies.curves import table, with_spread
from lab.views.strategies.train import strategy_name
from models.traces import FINETUNING_WAYS, TRAINING_STRATEGIES, FinetuneTrace


def chart(trace: FinetuneTrace, text: Text) -> list[dict]:
    """BLEU of every seed, how accuracy changed by position, and the calibration of every seed."""
    return [to_dict(drawn(trace, text)) for drawn in (bleu_chart, right_chart, calibration_chart)]


def bleu_chart(trace: FinetuneTrace, text: Text) -> go.Figure:
    """A dot for each seed, greedily and with beams; first the weights that all started from."""
    drawn = figure(text("strategies.view.finetune.bleu"), "")
    for at, way in enumerate(FINETUNING_WAYS):
        values = [trace.bleu_before[at], *trace.bleu[:, :, at].ravel()]
        _add_dots(drawn, trace, values, text(f"strategies.view.finetune.{way}"), SERIES[at], text)
    return drawn


def right_chart(trace: FinetuneTrace, text: Text) -> go.Figure:
    """By how much more is predicted right after the true prefix than before the training, mean over the seeds."""
    drawn = figure(text("strategies.view.finetune.position"), text("strategies.view.finetune.more_right"))
    for at, strategy in enumerate(trace.strategy):
        drawn.add_scatter(
            x=list(range(1, len(trace.right_before) + 1)),
            y=(100 * (trace.right[at].mean(0) - trace.right_before)).tolist(),
            mode="lines+markers",
            name=strategy_name(strategy, text),
            line={"color": SERIES[2 + TRAINING_STRATEGIES.index(strategy)], "width": 2.5},
        )
    return drawn


def calibration_chart(trace: FinetuneTrace, text: Text) -> go.Figure:
    """A dot for each seed: the mean gap between confidence and accuracy."""
    drawn = figure(text("strategies.view.finetune.calibration"), "")
    values = [trace.calibration_before, *trace.calibration.ravel()]
    _add_dots(drawn, trace, values, text("strategies.view.finetune.calibration"), SERIES[2], text)
    drawn.update_xaxes(tickformat=".0%", rangemode="tozero")
    drawn.update_layout(showlegend=False)
    return drawn


def _add_dots(drawn: go.Figure, trace: FinetuneTrace, values: list[float], name: str, colour: str, text: Text) -> None:
    """values: of the weights before, then of each strategy's seeds."""
    seeds = trace.calibration.shape[1]
    after = [strategy_name(one, text) for one in trace.strategy for _ in range(seeds)]
    drawn.add_scatter(
        x=[float(value) for value in values],
        y=[text("strategies.view.finetune.before"), *after],
        mode="markers",
        name=name,
        marker={"color": colour, "size": 9, "opacity": 0.75},
    )
    drawn.update_yaxes(autorange="reversed")


COLUMNS = ("strategy", *FINETUNING_WAYS, "against", "calibration", "minutes")


def claim(trace: FinetuneTrace, text: Text) -> str:
    """What was trained on what, a row for the weights before and for each strategy, and how to read the spread."""
    said = text(
        "strategies.view.finetune.claim",
        model=trace.model,
        steps=number(trace.steps),
        seeds=trace.calibration.shape[1],
        sentences=number(trace.sentences),
    )
    before = [
        text("strategies.view.finetune.before"),
        *(number(float(value), 1) for value in trace.bleu_before),
        *("", percent(trace.calibration_before), ""),
    ]
    rows = [before, *(_row(trace, at, text) for at in range(len(trace.strategy)))]
    head = [text(f"strategies.view.finetune.{word}") for word in COLUMNS]
    seeds = trace.calibration.shape[1]
    noise = text("strategies.view.finetune.noise", seeds=seeds, cases=number(math.comb(2 * seeds, seeds) // 2))
    return f"{said}\n\n{table(head, rows)}\n\n{noise}"


def _row(trace: FinetuneTrace, at: int, text: Text) -> list[str]:
    """Of one strategy: means over the seeds, with the lowest and the highest; the time of the fastest."""
    return [
        strategy_name(trace.strategy[at], text),
        *(with_spread(trace.bleu[at, :, way], partial(number, decimals=1)) for way in range(len(FINETUNING_WAYS))),
        _verdict(trace, at, text),
        with_spread(trace.calibration[at]),
        number(float(trace.seconds[at].min()) / 60, 1),
    ]


def _verdict(trace: FinetuneTrace, at: int, text: Text) -> str:
    """How the BLEU of all seeds lies beside that of teacher forcing's, by each way."""
    if trace.strategy[at] == "teacher_forcing":
        return text("strategies.view.finetune.self")
    found = {
        way: text(f"strategies.view.finetune.{beside(trace, at, place)}") for place, way in enumerate(FINETUNING_WAYS)
    }
    return text("strategies.view.finetune.both", **found)


def beside(trace: FinetuneTrace, at: int, way: int) -> str:
    """Whether all seeds of a strategy lie above or below all of teacher forcing's: above, below or within."""
    own, other = (trace.bleu[place, :, way] for place in (at, trace.strategy.index("teacher_forcing")))
    return "above" if own.min() > other.max() else "below" if own.max() < other.min() else "within"
