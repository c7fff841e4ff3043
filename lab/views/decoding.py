"""A decoding trace for the widget Decoding: the search's tree, the passes of mask-predict, their attention, the race.

Tokens are sent as places in the `piece` of their model, not as ids.
"""

import numpy as np

from lab.views.payload import quantise
from models.traces import FATES, DecodingTrace, LengthCandidate, RefineTrace, SearchStep, SearchTrace


def facts(trace: DecodingTrace) -> dict:
    """What the widget needs to know besides the arrays; `refine` holds the model and then its contrasts."""
    return {
        "sentence": trace.sentence,
        "request": trace.request,
        "forces": [list(force) for force in trace.search.forces],
        "search": search_facts(trace.search),
        "refine": [refine_facts(refine) for refine in (trace.refine, *trace.contrast)],
        "race": race(trace),
    }


def search_facts(search: SearchTrace) -> dict:
    """The tree: each call's candidates, each finished hypothesis, and which of them won."""
    place = places(search.piece_id)

    def step_facts(step: SearchStep) -> dict:
        return {
            "parent": step.parent.tolist(),
            "token": place(step.token).tolist(),
            "log_prob": rounded(step.log_prob),
            "score": rounded(step.score),
            "fate": [FATES[index] for index in step.fate],
            "kept": step.kept.tolist(),
            "pool": step.pool[step.pool >= 0].tolist(),
        }

    return {
        **_sentence(search),
        "piece_id": search.piece_id.tolist(),
        "steps": [step_facts(step) for step in search.steps],
        "finished": [
            {
                "step": end.step,
                "candidate": end.candidate,
                "score": round(end.score, 4),
                "token": place(end.token).tolist(),
            }
            for end in search.finished
        ],
        "winner": int(search.steps[-1].pool[0]),
        "stopped": search.stopped,
    }


def refine_facts(refine: RefineTrace) -> dict:
    """The lengths that were tried, the most probable first; the grids themselves are arrays."""
    return {
        **_sentence(refine),
        "best": refine.best,
        "lengths": [
            {
                "length": one.token.shape[1],
                "probability": float(f"{np.exp(one.log_prob):.4g}"),
                "score": round(one.score, 4),
            }
            for one in refine.candidates
        ],
    }


def race(trace: DecodingTrace) -> dict:
    """Decoder calls and seconds of both, and seconds a sentence when several copies are translated at once."""
    return {
        "device": trace.device,
        "calls": {"search": len(trace.search.steps), "refine": len(trace.refine.winner.token)},
        "seconds": {"search": trace.search.seconds, "refine": trace.refine.seconds},
        "batch": trace.batch.tolist(),
        "per_sentence": {
            "search": rounded(trace.search_seconds / trace.batch, 6),
            "refine": rounded(trace.refine_seconds / trace.batch, 6),
        },
    }


def arrays(trace: DecodingTrace) -> dict[str, np.ndarray]:
    """What the widget draws, by name.

    search_cross: (step, row, layer, head, source); search_self: (step, row, layer, head, key); rows and keys that a
    step does not have are 0. For the refinement model m (0, then the contrasts): refine_<m>_cross: (step, layer, head,
    position, source) and refine_<m>_self: (step, layer, head, query, key) of the best length; and what `grid` makes of
    each length c under refine_<m>_<c>_<name>.
    """
    drawn: dict[str, np.ndarray] = {}
    steps = trace.search.steps
    rows = {
        "search_cross": _padded([step.cross_attention for step in steps]),
        "search_self": _padded([step.self_attention for step in steps]),
    }
    for number, refine in enumerate((trace.refine, *trace.contrast)):
        rows |= {
            f"refine_{number}_cross": refine.cross_attention,
            f"refine_{number}_self": refine.self_attention,
        }
        for index, candidate in enumerate(refine.candidates):
            cells = grid(candidate, refine.piece_id)
            drawn |= {f"refine_{number}_{index}_{name}": array for name, array in cells.items()}
    for name, weights in rows.items():
        drawn[name], drawn[f"{name}_max"] = quantise(weights)
    return drawn


def grid(candidate: LengthCandidate, piece_id: np.ndarray) -> dict[str, np.ndarray]:
    """One length's masked, token, probability, repeat, flip (step, position); rival, rival_probability (…, rank)."""
    place = places(piece_id)
    return {
        "masked": candidate.masked.astype(np.uint8),
        "token": place(candidate.token).astype(np.uint16),
        "probability": candidate.probability.astype(np.float32),
        "repeat": repeats(candidate.token).astype(np.uint8),
        "flip": flips(candidate.token).astype(np.uint8),
        "rival": place(candidate.rival).astype(np.uint16),
        "rival_probability": candidate.rival_probability.astype(np.float32),
    }


def repeats(token: np.ndarray) -> np.ndarray:
    """Where a token equals its left neighbour (step, position)."""
    same = np.zeros(token.shape, bool)
    same[:, 1:] = token[:, 1:] == token[:, :-1]
    return same


def flips(token: np.ndarray) -> np.ndarray:
    """Where a token differs from the pass before (step, position); never in the first pass."""
    changed = np.zeros(token.shape, bool)
    changed[1:] = token[1:] != token[:-1]
    return changed


def places(piece_id: np.ndarray):
    """The function from ids to their places in `piece_id`."""
    order = np.argsort(piece_id)

    def place(ids: np.ndarray) -> np.ndarray:
        found = order[np.minimum(np.searchsorted(piece_id, ids, sorter=order), len(order) - 1)]
        if not np.array_equal(piece_id[found], ids):
            raise ValueError("a token has no piece")
        return found

    return place


def rounded(numbers: np.ndarray, digits: int = 4) -> list[float | None]:
    """For JSON, which knows no infinity: -1e9 is the log probability of what has none; None was not measured (nan)."""
    finite = np.nan_to_num(numbers.astype(float), nan=np.nan, neginf=-1e9)
    return [None if np.isnan(number) else round(number, digits) for number in finite.tolist()]


def _sentence(side: SearchTrace | RefineTrace) -> dict:
    return {"model": side.model, "source": side.source, "output": side.output, "piece": side.piece}


def _padded(parts: list[np.ndarray]) -> np.ndarray:
    """Stacked along a first axis, each filled up with zeros to the largest shape."""
    shape = np.max([part.shape for part in parts], axis=0)
    stacked = np.zeros((len(parts), *shape), np.float32)
    for index, part in enumerate(parts):
        stacked[(index, *map(slice, part.shape))] = part
    return stacked
