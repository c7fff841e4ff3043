"""The refinement: the passes of mask-predict, its lengths, and what distilled training data change."""

import numpy as np

from lab.format import percent
from lab.text import Text
from lab.views.decoding.run import payload
from lab.views.decoding.tokens import repeats
from models.traces import DecodingTrace, RefineTrace

__all__ = ["claim", "payload"]


def claim(trace: DecodingTrace, text: Text) -> str:
    """What was measured on this sentence: repetition by pass, the length, what distillation changed."""
    lines = [_repetition(trace.refine, text), _length(trace.refine, text)]
    lines += [_distillation(trace.refine, raw, text) for raw in trace.raw_data_runs]
    return "\n".join(f"- {line}" for line in lines)


def _repetition(refine: RefineTrace, text: Text) -> str:
    token = refine.winner.token
    repeated = repeats(token).sum(1)
    return text(
        "decoding.view.refinement.repetition",
        first=repeated[0],
        last=repeated[-1],
        count=token.shape[1],
        passes=len(token),
    )


def _length(refine: RefineTrace, text: Text) -> str:
    likely, best = refine.candidates[0], refine.winner
    return text(
        "decoding.view.refinement.length",
        likely=likely.token.shape[1],
        share=percent(float(np.exp(likely.log_prob))),
        best=best.token.shape[1],
        best_share=percent(float(np.exp(best.log_prob))),
    )


def _distillation(refine: RefineTrace, raw: RefineTrace, text: Text) -> str:
    """Repeats after the first pass, with distilled and with raw training data, and what raw means."""
    ours, theirs = (repeats(run.winner.token)[0] for run in (refine, raw))
    return text(
        "decoding.view.refinement.distillation",
        distilled=ours.sum(),
        count=len(ours),
        raw=theirs.sum(),
        raw_count=len(theirs),
        what=text(f"decoding.view.refinement.{raw.model}"),
    )
