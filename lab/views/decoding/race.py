"""The race: decoder calls and time of both ways, for one sentence and in batches."""

from typing import Generic, TypedDict, TypeVar

import numpy as np

from lab.text import Text, plain
from lab.views.payload import Payload, rounded
from models.traces import RaceTrace

T = TypeVar("T")


class Both(TypedDict, Generic[T]):
    """A value of each way."""

    autoregressive: T
    non_autoregressive: T


class RaceMeta(TypedDict):
    """All that the widget draws."""

    sentence: str
    device: str
    model: Both[str]
    calls: Both[int]
    """Decoder calls for the sentence alone."""
    seconds: Both[float]
    """For the sentence alone, recording included."""
    copies: list[int]
    """How many copies were translated at once."""
    seconds_per_sentence: Both[list[float | None]]
    """For each of `copies`, without recording; None was not measured."""


def payload(trace: RaceTrace, text: Text) -> Payload:
    """Decoder calls and seconds of both, and seconds a sentence when several copies are translated at once."""
    meta: RaceMeta = {
        "sentence": trace.sentence,
        "device": trace.device,
        "model": {"autoregressive": trace.autoregressive, "non_autoregressive": trace.non_autoregressive},
        "calls": {"autoregressive": trace.search_calls, "non_autoregressive": trace.refine_calls},
        "seconds": {"autoregressive": trace.search_seconds, "non_autoregressive": trace.refine_seconds},
        "copies": trace.copies.tolist(),
        "seconds_per_sentence": {
            "autoregressive": rounded(trace.search_batch_seconds / trace.copies, 6),
            "non_autoregressive": rounded(trace.refine_batch_seconds / trace.copies, 6),
        },
    }
    return Payload(meta, {})


def claim(trace: RaceTrace, text: Text) -> str:
    """Calls, time and arithmetic of one sentence, and the time of a sentence in a batch."""
    return "\n".join(f"- {line}" for line in [_speed(trace, text), *_alone(trace, text), *_batch(trace, text)])


def _speed(trace: RaceTrace, text: Text) -> str:
    work = ""
    if trace.search_multiply_adds:
        times = f"{trace.refine_multiply_adds / trace.search_multiply_adds:.1f}"
        work = text("decoding.view.race.work", times=times)
    return text(
        "decoding.view.race.speed",
        search_calls=trace.search_calls,
        refine_calls=trace.refine_calls,
        search_ms=f"{1000 * trace.search_seconds:.0f}",
        refine_ms=f"{1000 * trace.refine_seconds:.0f}",
        work=work,
        device=plain(trace.device),
    )


def _alone(trace: RaceTrace, text: Text) -> list[str]:
    """Where the recorded run and the measurement without recording name different winners, a sentence that says so."""
    alone = trace.copies == 1
    cleaner = trace.search_batch_seconds[alone] - trace.refine_batch_seconds[alone]
    recorded = trace.search_seconds - trace.refine_seconds
    return [text("decoding.view.race.disagree")] if (cleaner * recorded < 0).any() else []


def _batch(trace: RaceTrace, text: Text) -> list[str]:
    """A sentence's share of the largest batch that both ways were measured with, where there is one of several."""
    both = np.flatnonzero(np.isfinite(trace.search_batch_seconds) & np.isfinite(trace.refine_batch_seconds))
    if not len(both) or trace.copies[both[-1]] == 1:
        return []
    copies = int(trace.copies[both[-1]])
    search, refine = (
        1000 * seconds[both[-1]] / copies for seconds in (trace.search_batch_seconds, trace.refine_batch_seconds)
    )
    return [text("decoding.view.race.batch", copies=copies, search=f"{search:.1f}", refine=f"{refine:.1f}")]
