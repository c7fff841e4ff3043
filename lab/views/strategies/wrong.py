"""A translation beside what became of it after one wrong token."""

from typing import TypedDict

import numpy as np

from lab.format import number, percent
from lab.text import Text
from lab.views.decoding.tokens import piece_index
from lab.views.payload import Payload, rounded
from lab.views.pieces import piece_name
from models.strategies.alignment import columns
from models.traces import REMOVED, WrongTokenTrace


class MistakeMeta(TypedDict):
    """What follows a wrong token at one position; None where there is none to put."""

    wrong: int
    after: list[int]
    columns: list[tuple[int, int]]
    """Places in the output and in `after`, side by side; -1 for nothing."""
    divergence: list[float | None]
    """Nats, at each position of the output."""
    changed: float | None


class WrongMeta(TypedDict):
    """An output and its mistakes; tokens are indices into `piece`."""

    output: list[int]
    mistakes: list[MistakeMeta | None]
    alternative: list[list[int]]
    alternative_log_prob: list[list[float | None]]
    piece: list[str]
    piece_id: list[int]


def payload(trace: WrongTokenTrace, text: Text) -> Payload:
    """The output, and for each position what became of it."""
    index = piece_index(trace.piece_id)

    def mistake(at: int) -> MistakeMeta | None:
        if trace.wrong[at] == REMOVED:
            return None
        after = trace.after[at][trace.after[at] != REMOVED]
        kept = [(place, place) for place in range(at + 1)]
        later = [
            (one + at + 1 if one >= 0 else -1, other + at + 1 if other >= 0 else -1)
            for one, other in columns(trace.output[at + 1 :].tolist(), after[at + 1 :].tolist())
        ]
        return {
            "wrong": int(index(trace.wrong[at])),
            "after": index(after).tolist(),
            "columns": kept + later,
            "divergence": rounded(trace.divergence[at]),
            "changed": rounded(trace.changed[at : at + 1])[0],
        }

    meta: WrongMeta = {
        "output": index(trace.output).tolist(),
        "mistakes": [mistake(at) for at in range(len(trace.output))],
        "alternative": index(trace.alternative).tolist(),
        "alternative_log_prob": [rounded(row) for row in trace.alternative_log_prob],
        "piece": list(trace.piece),
        "piece_id": trace.piece_id.tolist(),
    }
    return Payload(meta, {})


def claim(trace: WrongTokenTrace, text: Text) -> str:
    """How much of the rest changes, mean over the positions, where it changes most, and how far the doubt lasts."""
    followed = np.flatnonzero(np.isfinite(trace.changed))
    if not len(followed):
        return text("strategies.view.wrong.alone")
    worst = int(followed[differing(trace)[followed].argmax()])
    name = dict(zip(trace.piece_id.tolist(), trace.piece, strict=True))
    right, wrong = (
        piece_name(name[int(ids[worst])], text("strategies.widget.wrong.end")) for ids in (trace.output, trace.wrong)
    )
    said = text(
        "strategies.view.wrong.claim",
        kind=text(f"strategies.view.wrong.{trace.mistake}"),
        count=len(followed),
        unchanged=int((trace.changed[followed] == 0).sum()),
        mean=percent(float(trace.changed[followed].mean())),
        right=right,
        wrong=wrong,
        position=worst + 1,
        worst=number(round(float(differing(trace)[worst]))),
    )
    near, far = (by_distance(trace.divergence, distance) for distance in (1, 4))
    if np.isnan(far):
        return said
    fades = text("strategies.view.wrong.fades", near=number(near, 3), far=number(far, 3))
    return text.sentences(said, fades)


def differing(trace: WrongTokenTrace) -> np.ndarray:
    """How many of the tokens that came later, on either side, the other has not (position,)."""
    later = np.arange(len(trace.output))[::-1] + (trace.after != REMOVED).sum(1) - np.arange(1, len(trace.output) + 1)
    return np.nan_to_num(trace.changed) * later


def by_distance(divergence: np.ndarray, distance: int) -> float:
    """The mean divergence so many tokens after the wrong one; nan where no output goes so far."""
    there = np.diagonal(divergence, distance)
    there = there[np.isfinite(there)]
    return float(there.mean()) if len(there) else float("nan")
