"""What the decoder is fed for a pair: true characters, a mix by coins, or its own output, pass by pass."""

from typing import TypedDict

from lab.format import number
from lab.text import Text
from lab.views.payload import Payload, rounded
from lab.views.strategies.train import strategy_name
from models.traces import FED_WAYS, FedTrace, StrategiesTrace


class WayMeta(TypedDict):
    """One way to feed; a list has one entry for each position."""

    way: str
    read: list[str]
    predicted: list[str]
    loss: list[float | None]
    passes: int
    seconds: float


class FedMeta(TypedDict):
    """A pair, as one model answers it."""

    source: str
    target: list[str]
    draw: list[float | None]
    first: list[str]
    """What the first pass of the mix predicts."""
    ways: list[WayMeta]


class FedRunMeta(TypedDict):
    """All pairs by all models."""

    strategies: list[str]
    """As they are named on the page."""
    sources: list[str]
    coin: float
    steps: int
    """Of training before."""
    fed: list[FedMeta]
    """All pairs of the first strategy, then of the next."""


def payload(trace: StrategiesTrace, text: Text) -> Payload:
    """Everything that can be chosen."""
    count = len(trace.fed) // len(trace.strategy)
    meta: FedRunMeta = {
        "strategies": [strategy_name(one, text) for one in trace.strategy],
        "sources": [one.source for one in trace.fed[:count]],
        "coin": trace.coin,
        "steps": int(trace.step[-1]),
        "fed": list(map(_fed, trace.fed)),
    }
    return Payload(meta, {})


def _fed(one: FedTrace) -> FedMeta:
    ways: list[WayMeta] = [
        {
            "way": way,
            "read": list(one.read[at]),
            "predicted": list(one.predicted[at]),
            "loss": rounded(one.loss[at], 3),
            "passes": int(one.passes[at]),
            "seconds": round(float(one.seconds[at]), 5),
        }
        for at, way in enumerate(FED_WAYS)
    ]
    return {
        "source": one.source,
        "target": list(one.target),
        "draw": rounded(one.draw, 3),
        "first": list(one.first),
        "ways": ways,
    }


def claim(trace: StrategiesTrace, text: Text) -> str:
    """Passes and milliseconds of each way for the first pair, and the loss of the first model with each."""
    first = trace.fed[0]
    said = [text("strategies.view.fed.claim", source=first.source, positions=len(first.target))]
    for at, way in enumerate(FED_WAYS):
        said.append(
            text(
                f"strategies.view.fed.line_{way}",
                passes=int(first.passes[at]),
                milliseconds=number(1000 * float(first.seconds[at]), 1),
                loss=number(float(first.loss[at].mean()), 2),
            )
        )
    return "\n".join([said[0], "", *(f"- {line}" for line in said[1:])])
