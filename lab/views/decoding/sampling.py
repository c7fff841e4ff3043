"""One distribution for temperature, top-k, top-p and beam width, and the hypotheses that a length penalty ranks."""

from typing import TypedDict

import numpy as np

from lab.format import percent
from lab.text import Text
from lab.views.decoding.search import path
from lab.views.decoding.tokens import piece_index
from lab.views.payload import Payload
from models.traces import DecodingTrace, SearchTrace


class HypothesisMeta(TypedDict):
    """A finished hypothesis: its tokens, and the sum of their log probabilities."""

    token: list[int]
    sum: float


class SamplingMeta(TypedDict):
    """The distributions of the next token along the output; log_prob (call, rank) is an array."""

    sentence: str
    piece: list[str]
    """Tokens are indices into it."""
    output: list[int]
    named: list[list[int]]
    """Of each call: the most probable tokens, as far as they are named."""
    kept: list[list[int]]
    """Of each call: the tokens after which a hypothesis of the search ran on from here."""
    vocabulary: int
    beam_width: int
    length_penalty: float
    """Of the run, as an exponent."""
    winner: int
    finished: list[HypothesisMeta]
    """All that entered the pool; the winner is the output."""


def payload(trace: DecodingTrace, text: Text) -> Payload:
    """The distributions along the output, and the hypotheses that a length penalty ranks; they have no words."""
    search = trace.search
    index = piece_index(search.piece_id)
    meta: SamplingMeta = {
        "sentence": trace.sentence,
        "piece": list(search.piece),
        "output": index(search.winner.token).tolist(),
        "named": index(search.next_tokens.token).tolist(),
        "kept": [index(np.array(token, int)).tolist() for token in _kept(search)],
        "vocabulary": search.next_tokens.vocabulary,
        "beam_width": len(search.steps[-1].pool),
        "length_penalty": search.length_penalty,
        "winner": int(search.steps[-1].pool[0]),
        "finished": [
            {
                "token": index(end.token).tolist(),
                "sum": float(search.steps[end.step].score[end.candidate]),
            }
            for end in search.finished
        ],
    }
    return Payload(meta, {"log_prob": search.next_tokens.log_prob.astype(np.float32)})


def _kept(search: SearchTrace) -> list[list[int]]:
    """Of each call along the output: the ids that its own row went on with, or ended with in the pool."""
    found = []
    for call, candidate in zip(search.steps, path(search), strict=False):
        own = np.flatnonzero(call.parent == call.parent[candidate])
        found.append([int(call.token[place]) for place in own if place in call.kept or place == candidate])
    return found


def claim(trace: DecodingTrace, text: Text) -> str:
    """How sure the model was at its least certain and at its surest call."""
    probability = np.exp(trace.search.next_tokens.log_prob)
    widest = int(np.argmin(probability[:, 0]))
    return text(
        "decoding.view.sampling.claim",
        call=widest + 1,
        count=len(probability),
        share=percent(float(probability[widest, 0])),
        surest=percent(float(probability[:, 0].max())),
    )
