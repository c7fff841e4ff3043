"""What the views of one run draw from: the search's tree, the passes of the refinement, their attention.

Tokens are sent as indices into the `piece` of their model, not as ids.
"""

from typing import TypedDict

import numpy as np

from lab.text import Text
from lab.views.decoding.tokens import flips, piece_index, repeats
from lab.views.payload import Payload, quantise, rounded
from models.traces import FATES, DecodingTrace, LengthCandidate, RefineTrace, SearchStep, SearchTrace
from models.traces.translation import Fate, Stopped


class StepMeta(TypedDict):
    """One decoder call; a list has one entry for each candidate, the best first."""

    parent: list[int]
    """The row that it extends."""
    token: list[int]
    log_prob: list[float | None]
    score: list[float | None]
    fate: list[Fate]
    kept: list[int]
    """Candidates that run on, in the order of the next call's rows."""
    pool: list[int]
    """Indices into `finished`, the best first."""


class FinishedMeta(TypedDict):
    """One finished hypothesis: where it ended, its score divided by length ** length_penalty, its tokens."""

    step: int
    candidate: int
    score: float
    token: list[int]


class ModelMeta(TypedDict):
    """What both kinds of decoding have."""

    model: str
    source: list[str]
    output: str
    piece: list[str]


class SearchMeta(ModelMeta):
    """The tree."""

    piece_id: list[int]
    """The id of each piece, for a force."""
    steps: list[StepMeta]
    finished: list[FinishedMeta]
    winner: int
    """Index into `finished`."""
    stopped: Stopped


class LengthMeta(TypedDict):
    """One length that was tried: positions, probability by the length predictor, mean log probability at the end."""

    length: int
    probability: float
    score: float


class RefineMeta(ModelMeta):
    """The lengths, the most probable first; their grids are arrays."""

    strategy: str
    """Which positions were masked again."""
    best: int
    lengths: list[LengthMeta]


class DecodeMeta(TypedDict):
    """What the widget needs to know besides the arrays."""

    sentence: str
    forces: list[list[int]]
    """[step, row, token id] each"""
    search: SearchMeta
    refine: list[RefineMeta]
    """The model, then its counterpart trained on raw data, where there is one."""


def payload(trace: DecodingTrace, text: Text) -> Payload:
    """The trees and grids as `DecodeMeta` and `arrays` say; they have no words."""
    meta: DecodeMeta = {
        "sentence": trace.sentence,
        "forces": [list(force) for force in trace.search.forces],
        "search": _search_meta(trace.search),
        "refine": [_refine_meta(refine) for refine in _refinements(trace)],
    }
    return Payload(meta, arrays(trace))


def _refinements(trace: DecodingTrace) -> tuple[RefineTrace, ...]:
    return (trace.refine, *trace.raw_data_runs)


def _model_meta(run: SearchTrace | RefineTrace) -> ModelMeta:
    return {"model": run.model, "source": list(run.source), "output": run.output, "piece": list(run.piece)}


def _search_meta(search: SearchTrace) -> SearchMeta:
    index = piece_index(search.piece_id)

    def step_meta(step: SearchStep) -> StepMeta:
        return {
            "parent": step.parent.tolist(),
            "token": index(step.token).tolist(),
            "log_prob": rounded(step.log_prob),
            "score": rounded(step.score),
            "fate": [FATES[fate] for fate in step.fate],
            "kept": step.kept.tolist(),
            "pool": step.pool[step.pool >= 0].tolist(),
        }

    return {
        **_model_meta(search),
        "piece_id": search.piece_id.tolist(),
        "steps": [step_meta(step) for step in search.steps],
        "finished": [
            {
                "step": end.step,
                "candidate": end.candidate,
                "score": round(end.score, 4),
                "token": index(end.token).tolist(),
            }
            for end in search.finished
        ],
        "winner": int(search.steps[-1].pool[0]),
        "stopped": search.stopped,
    }


def _refine_meta(refine: RefineTrace) -> RefineMeta:
    return {
        **_model_meta(refine),
        "strategy": refine.strategy,
        "best": refine.best,
        "lengths": [
            {
                "length": candidate.token.shape[1],
                "probability": float(f"{np.exp(candidate.log_prob):.4g}"),
                "score": round(candidate.score, 4),
            }
            for candidate in refine.candidates
        ],
    }


def arrays(trace: DecodingTrace) -> dict[str, np.ndarray]:
    """What the widget draws, by name.

    search_cross: (step, row, layer, head, source); search_self: (step, row, layer, head, key); rows and keys that a
    step does not have are 0. For the refinement model m (0, then its counterpart): refine_<m>_cross: (step, layer,
    head, position, source) and refine_<m>_self: (step, layer, head, query, key) of the best length; each of these
    with <name>_max as quantise gives it; and what `grid` makes of each length c under refine_<m>_<c>_<name>.
    """
    steps = trace.search.steps
    grids: dict[str, np.ndarray] = {}
    attention = {
        "search_cross": _padded([step.cross_attention for step in steps]),
        "search_self": _padded([step.self_attention for step in steps]),
    }
    for number, refine in enumerate(_refinements(trace)):
        attention[f"refine_{number}_cross"] = refine.cross_attention
        attention[f"refine_{number}_self"] = refine.self_attention
        for length, candidate in enumerate(refine.candidates):
            cells = grid(candidate, refine.piece_id)
            grids |= {f"refine_{number}_{length}_{name}": array for name, array in cells.items()}
    for name, weights in attention.items():
        grids[name], grids[f"{name}_max"] = quantise(weights, np.uint16)
    return grids


def grid(candidate: LengthCandidate, piece_id: np.ndarray) -> dict[str, np.ndarray]:
    """One length's masked, token, probability, repeat, flip, overlap (step, position) and, with a rank behind,
    alternative, alternative_probability, probability_before and probability_behind."""
    index = piece_index(piece_id)
    return {
        "masked": candidate.masked.astype(np.uint8),
        "token": index(candidate.token).astype(np.uint16),
        "probability": candidate.probability.astype(np.float32),
        "repeat": repeats(candidate.token).astype(np.uint8),
        "flip": flips(candidate.token).astype(np.uint8),
        "alternative": index(candidate.alternative).astype(np.uint16),
        "alternative_probability": candidate.alternative_probability.astype(np.float32),
        "probability_before": candidate.probability_before.astype(np.float32),
        "probability_behind": candidate.probability_behind.astype(np.float32),
        "overlap": candidate.overlap.astype(np.float32),
    }


def _padded(parts: list[np.ndarray]) -> np.ndarray:
    """Stacked along a first axis, each filled up with zeros to the largest shape."""
    shape = np.max([part.shape for part in parts], axis=0)
    stacked = np.zeros((len(parts), *shape), np.float32)
    for index, part in enumerate(parts):
        stacked[(index, *map(slice, part.shape))] = part
    return stacked
