"""Receptive field: how far the middle of the photo sees in each model; chart and claim are those of fields.growth."""

from lab.format import percent
from lab.text import Text, plain
from lab.views.fields.growth import areas, chart, claim
from models.traces import FieldsTrace

__all__ = ["chart", "claim", "verdict"]


def verdict(trace: FieldsTrace, text: Text) -> str:
    """What the first and the last layer of each model can see, and where half of what the last does see lies."""
    parts = []
    for column in trace.columns:
        can, does = areas(column)
        parts.append(
            text(
                "cnn_vs_attention.view.reach.verdict_model",
                model=plain(column.model),
                first_can=percent(can[0]),
                last_can=percent(can[-1]),
                last_does=percent(does[-1]),
            )
        )
    return text("cnn_vs_attention.view.reach.verdict", models=text("cnn_vs_attention.view.reach.and").join(parts))
