"""Hand-made traces of a language model."""

from dataclasses import replace
from typing import Any

import numpy as np

from models.traces import (
    Continuation,
    EffectsTrace,
    FamiliesTrace,
    GenerationTrace,
    HeadRulesTrace,
    LearningTrace,
    NextTokenTrace,
    Sight,
    TrainingFilmTrace,
)


def after() -> NextTokenTrace:
    """Three tokens, and four that may come next."""
    logits = np.log(np.array([0.5, 0.25, 0.125, 0.125])) + 3
    surprise = np.array([np.nan, 0.5, 2.5])
    seen = np.array([True, False, True, False])
    return NextTokenTrace("m", "a b", ("a", " ", "\n"), surprise, (" ", "c", "a", "d"), logits, seen)


def continuation(parent: int, leaves: int, token: list[int], **changes: Any) -> Continuation:
    steps, ranks = len(token), 2
    best = np.stack([np.array(token), np.array(token) + 1], 1)
    made = {
        "log_prob": np.full(steps, -0.5),
        "probability": np.full(steps, 0.7),
        "entropy": np.linspace(1, 2, steps),
        "kept": np.full(steps, ranks),
        "alternative": best,
        "alternative_log_prob": np.tile([-0.5, -2.0], (steps, 1)),
        "alternative_kept": np.ones((steps, ranks), bool),
        "ended": False,
    }
    return Continuation(parent, leaves, np.array(token), **made | changes)


def written() -> GenerationTrace:
    """Four tokens, and a branch of two from the second."""
    first = continuation(-1, 0, [3, 4, 5, 6], log_prob=np.array([-1.0, -2.0, -3.0, -4.0]))
    first = replace(first, alternative=first.alternative[:, ::-1] * [[1], [1], [0], [1]] + [[0], [0], [5], [0]])
    branch = continuation(0, 1, [7, 8], probability=np.array([np.nan, 0.4]), ended=True)
    ids = np.arange(12)
    return GenerationTrace(
        model="m",
        text="ab",
        method="sample",
        prompt=np.array([1, 2]),
        continuations=(first, branch),
        piece=tuple(f"p{one}" for one in ids),
        piece_id=ids,
        length=np.arange(2, 6),
        seconds=np.array([9.0, 0.02, 0.05, 0.01]),
        again_length=np.array([2.0, 5.0]),
        again_seconds=np.array([0.03, 0.08]),
        difference=3e-6,
        done=True,
    )


def beams() -> GenerationTrace:
    """Two hypotheses of four tokens, which share the first two."""
    made = written()
    best, first = (
        made.continuations[0],
        continuation(0, 2, [7, 8], probability=np.full(2, np.nan), log_prob=np.array([-4.0, -5.0])),
    )
    best = replace(best, probability=np.full(4, np.nan))
    return replace(made, method="beam", continuations=(best, first))


def film() -> TrainingFilmTrace:
    """Three looks at a training of a hundred steps."""
    loss = np.array([4.0, 3.0, 2.0])
    return TrainingFilmTrace("m", np.array([0, 50, 100]), loss, ("xq", "thee", "to be"), vocabulary=64, test=1.5)


def learning() -> LearningTrace:
    """Three looks at four steps; from the second on all is right."""
    return LearningTrace(
        model="m",
        lesson="to be or not",
        step=np.array([0, 2, 4]),
        loss=np.array([2.0, 0.5, 0.1]),
        other_loss=np.array([1.0, 1.5, 2.25]),
        given="to ",
        text=("to the", "to be or not", "to be or not"),
        right=np.array([0.25, 1, 1]),
        done=True,
    )


def head_rules() -> HeadRulesTrace:
    """Two layers of three heads on four tokens; the last head of layer 2 follows what came after."""
    generator = np.random.default_rng(0)
    weights = np.tril(generator.uniform(0.1, 1, (2, 3, 4, 4)))
    share = generator.uniform(0, 0.3, (4, 2, 3))
    share[3, 1, 2] = 0.9
    return HeadRulesTrace(
        model="m",
        text="a b",
        token=("a", " ", "b", "</s>"),
        attention=(weights / weights.sum(-1, keepdims=True)).astype(np.float32),
        half=4,
        share=share,
        chance=np.array([0.3, 0.25, 0.2, 0.2]),
        surprise=np.array([3.0, 3.0, 3.0, 2.5, 0.5, 0.25, 0.25]),
        vocabulary=24,
    )


def effects() -> EffectsTrace:
    """Two layers of three heads, two candidates; the feed-forward part of layer 2 is missed most."""
    generator = np.random.default_rng(1)
    without = np.log(generator.uniform(0.3, 0.5, (2, 4, 2)))
    without[1, 3] = np.log([0.01, 0.6])
    return EffectsTrace(
        model="m",
        text="a b",
        token=("a", " ", "b"),
        candidate=("c", "d"),
        lens=np.log(np.array([[0.1, 0.5], [0.2, 0.4], [0.3, 0.3], [0.4, 0.2], [0.5, 0.1]])),
        direct_start=np.array([[0.5, 0.1], [0.25, 0.2]]),
        direct_head=generator.normal(0, 1, (2, 3, 2)),
        direct_feed_forward=generator.normal(0, 1, (2, 2)),
        direct_rest=np.array([0.125, 0.5]),
        without=without,
        piece=("c", "d"),
        lens_best=np.array([1, 1, 0, 0, 0]),
        without_best=np.array([[0, 0, 0, 0], [0, 0, 0, 1]]),
    )


def deep_effects(layers: int = 30, heads: int = 9) -> EffectsTrace:
    """The same of a model as deep as SmolLM2."""
    generator = np.random.default_rng(2)
    return replace(
        effects(),
        lens=np.log(generator.uniform(0.1, 0.5, (2 * layers + 1, 2))),
        direct_head=generator.normal(0, 1, (layers, heads, 2)),
        direct_feed_forward=generator.normal(0, 1, (layers, 2)),
        without=np.log(generator.uniform(0.1, 0.5, (layers, heads + 1, 2))),
        lens_best=np.arange(2 * layers + 1) % 2,
        without_best=np.zeros((layers, heads + 1), int),
    )


def families() -> FamiliesTrace:
    """Three tokens in an encoder, two translated into two, two and one more in a decoder."""

    def sight(query: str, key: str, causal: bool = False) -> Sight:
        weights = np.random.default_rng(len(query)).uniform(0.1, 1, (len(query), len(key)))
        weights = np.tril(weights) if causal else weights
        shares = (weights / weights.sum(-1, keepdims=True)).astype(np.float32)
        return Sight(tuple(query), tuple(key), shares, np.sqrt(shares))

    return FamiliesTrace(
        sentence="ab",
        models=("e", "t", "d"),
        encoder_only=sight("ab.", "ab."),
        source=sight("ab", "ab"),
        target=sight("xy", "xy", causal=True),
        cross=sight("xy", "ab"),
        decoder_only=sight("abc", "abc", causal=True),
        hidden=np.array([0, 1]),
        guess=(("a", "c"), ("d", "b")),
        guess_probability=np.array([[0.75, 0.125], [0.5, 0.25]]),
        right_probability=np.array([0.75, 0.25]),
        translation="x y",
        given=2,
        written=("c", "d"),
    )
