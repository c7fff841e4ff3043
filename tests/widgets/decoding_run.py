"""A small run of both decoders, made by hand: beam 2 over five calls beside four passes over twelve positions."""

from functools import cache

import numpy as np

from models.traces import (
    FATES,
    DecodingTrace,
    Finished,
    LengthCandidate,
    NextTokens,
    RaceTrace,
    RefineTrace,
    SearchStep,
    SearchTrace,
)

SOURCE = ("▁a", "▁dog", "▁runs", ".", "</s>")
PIECE = ("</s>", "▁ein", "▁Hund", "▁rennt", "▁läuft", ".", "▁durchs", "▁grüne", "▁Gras", "▁Feld", "▁und", "▁bellt")
PIECE_ID = np.arange(len(PIECE)) * 7 + 1
CANDIDATES = [
    [(0, 1, -0.2, "kept"), (0, 2, -1.9, "kept"), (0, 3, -np.inf, "filtered"), (0, 4, -3.5, "outranked")],
    [(0, 2, -0.3, "kept"), (1, 3, -0.4, "kept"), (0, 3, -2.5, "outranked"), (1, 0, -1.5, "ended_outside_beam")],
    [(0, 3, -0.5, "kept"), (0, 4, -0.9, "kept"), (1, 0, -0.1, "finished"), (1, 5, -2.9, "outranked")],
    [(1, 5, -0.1, "kept"), (0, 5, -0.7, "kept"), (1, 0, -2.2, "outranked"), (0, 0, -2.4, "outranked")],
    [(0, 0, -0.1, "finished"), (1, 0, -0.2, "finished"), (0, 5, -4.0, "kept"), (1, 5, -5.0, "outranked")],
]
"""Of each call: row, piece, log probability, fate of each candidate."""
POOL = [[-1, -1], [-1, -1], [0, -1], [0, -1], [1, 2]]
FINISHED = [(2, 2, -0.9, (2, 3, 0)), (4, 0, -0.4, (1, 2, 4, 5, 0)), (4, 1, -0.5, (1, 2, 3, 5, 0))]
"""Call, candidate, score, pieces."""


def attention(*shape: int) -> np.ndarray:
    """Rows that sum to 1, others for every layer, head and pass."""
    weights = np.random.default_rng(len(shape) + sum(shape)).random(shape).astype(np.float32) ** 3 + 0.01
    return weights / weights.sum(axis=-1, keepdims=True)


def next_tokens() -> NextTokens:
    """Five calls over twelve tokens, all named; each call prefers other ones."""
    probability = np.sort(np.random.default_rng(3).random((5, len(PIECE))) ** 6 + 1e-3)[:, ::-1]
    token = np.stack([np.roll(PIECE_ID, -call) for call in range(5)])
    log_prob = np.log(probability / probability.sum(-1, keepdims=True))
    return NextTokens(log_prob.astype(np.float32), token, len(PIECE))


def search_trace(forces: tuple = ()) -> SearchTrace:
    """The tree; 3 layers, 2 heads."""
    scores, steps = np.zeros(1), []
    for number, candidates in enumerate(CANDIDATES):
        row, piece, log_prob, fate = zip(*candidates, strict=True)
        score = scores[list(row)] + np.array(log_prob)
        kept = np.array([index for index, name in enumerate(fate) if name == "kept"])
        scores = score[kept]
        steps.append(
            SearchStep(
                parent=np.array(row),
                token=PIECE_ID[list(piece)],
                log_prob=np.array(log_prob),
                score=score,
                fate=np.array([FATES.index(name) for name in fate]),
                kept=kept,
                pool=np.array(POOL[number]),
                can_improve=number < len(CANDIDATES) - 1,
                cross_attention=attention(min(number + 1, 2), 3, 2, len(SOURCE)),
                self_attention=attention(min(number + 1, 2), 3, 2, number + 1),
            )
        )
    return SearchTrace(
        model="marian",
        source=SOURCE,
        output="ein Hund läuft.",
        steps=tuple(steps),
        finished=tuple(Finished(step, place, score, PIECE_ID[list(token)]) for step, place, score, token in FINISHED),
        next_tokens=next_tokens(),
        piece=PIECE,
        piece_id=PIECE_ID,
        multiply_adds=10,
        seconds=0.03,
        stopped="full",
        forces=forces,
    )


def length_candidate(length: int, log_prob: float) -> LengthCandidate:
    """Four passes: the last position but one repeats its neighbour in the first two, both change in the third.

    Neighbours give one another's first token a half, the second a third of what it has where it stands.
    """
    first = np.arange(length) % 10 + 1
    first[-2] = first[-3]
    token = np.stack([first] * 4)
    token[2:, -2:] = [[10, 5], [10, 5]]
    masked = np.zeros(token.shape, bool)
    masked[0], masked[1, -6:], masked[2, -2:], masked[3, -1] = True, True, True, True
    probability = np.linspace(0.3, 0.99, token.size).reshape(token.shape)
    alternative_probability = np.stack([probability, (1 - probability) / 2], axis=-1)
    since = np.maximum.accumulate(np.where(masked, np.arange(4)[:, None], 0))
    standing = np.take_along_axis(alternative_probability, since[..., None], 0)
    before, behind = standing * [1 / 2, 1 / 3], standing * [1 / 2, 1 / 3]
    before[:, 0] = behind[:, -1] = np.nan
    return LengthCandidate(
        masked=masked,
        token=PIECE_ID[token],
        probability=probability,
        alternative=PIECE_ID[np.stack([token, np.full(token.shape, 11)], axis=-1)],
        alternative_probability=alternative_probability,
        probability_before=before,
        probability_behind=behind,
        overlap=np.where(np.arange(length) > 0, probability / 2, np.nan),
        log_prob=log_prob,
        score=log_prob - length / 100,
    )


def refine_trace(model: str, best: int = 0) -> RefineTrace:
    """The passes; 2 layers, 4 heads."""
    candidates = tuple(
        length_candidate(length, np.log(share)) for length, share in [(12, 0.6), (11, 0.3), (13, 0.0004)]
    )
    positions = candidates[best].token.shape[1]
    return RefineTrace(
        model=model,
        source=SOURCE,
        output="ein Hund rennt",
        candidates=candidates,
        best=best,
        length_probability=np.full(14, 0.01),
        strategy="lowest",
        cross_attention=attention(4, 2, 4, positions, len(SOURCE)),
        self_attention=attention(4, 2, 4, positions, positions),
        piece=PIECE,
        piece_id=PIECE_ID,
        multiply_adds=10,
        seconds=0.02,
    )


@cache
def decoding_trace(forces: tuple = ()) -> DecodingTrace:
    return DecodingTrace(
        sentence="A dog runs.",
        language="de",
        unseen=(),
        search=search_trace(forces),
        refine=refine_trace("cmlm"),
        raw_data_runs=(refine_trace("cmlm-raw", best=1),),
    )


@cache
def race_trace() -> RaceTrace:
    return RaceTrace(
        sentence="A dog runs.",
        autoregressive="marian",
        non_autoregressive="cmlm",
        device="CPU × 2",
        search_calls=5,
        refine_calls=4,
        search_seconds=0.08,
        refine_seconds=0.02,
        search_multiply_adds=100,
        refine_multiply_adds=250,
        copies=np.array([1, 8, 32]),
        search_batch_seconds=np.array([0.04, 0.08, np.nan]),
        refine_batch_seconds=np.array([0.02, 0.16, 0.32]),
    )
