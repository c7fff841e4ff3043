"""Hand-made traces of photos and text in which every number is another one."""

import numpy as np

from models.traces import CaptionTrace, MatchTrace, WrittenCaption

TEXTS = ("a dog runs", "a cat", "two zebras")
PIECES = (("[CLS]", "a", "dog", "run", "##s", "[SEP]"), ("[CLS]", "a", "cat", "[SEP]"), ("[CLS]", "two", "[UNK]"))


def match(photos: int = 3, splits: bool = True) -> MatchTrace:
    """Photos of which the last but one is the visitor's; `splits` as of the lab's own towers."""
    draw = np.random.default_rng(11)
    place = draw.normal(0, 0.02, (photos, len(TEXTS), 2, 2))
    cosine = place.sum((2, 3))
    word = np.full((photos, len(TEXTS), max(map(len, PIECES))), np.nan)
    for at, pieces in enumerate(PIECES):
        parts = draw.dirichlet(np.ones(len(pieces)), photos)
        word[:, at, : len(pieces)] = parts * cosine[:, at, None]
    scale = 20.0
    logits = scale * cosine
    over_texts, over_images = (np.exp(logits) / np.exp(logits).sum(axis, keepdims=True) for axis in (1, 0))
    paired = photos == len(TEXTS)
    surprise = -np.log(np.stack([np.diag(one) for one in (over_texts, over_images)])) if paired else np.nan
    return MatchTrace(
        model="clip-tiny",
        chosen=photos - 2,
        text=TEXTS,
        piece=PIECES,
        unseen=((), (), ("zebras",)),
        scale=scale,
        photo=draw.integers(0, 256, (photos, 32, 32, 3)).astype(np.uint8),
        cosine=cosine,
        over_texts=over_texts,
        over_images=over_images,
        loss=float(np.mean(surprise)),
        place=place if splits else np.full((photos, len(TEXTS), 1, 1), np.nan),
        word=word if splits else np.full_like(word, np.nan),
    )


FACTORS, LAYERS, HEADS, LATENTS, SIDE = (0.0, 1.0, 1.5), 2, 2, 3, 2
PIECE = ("▁a", "▁dog", "▁run", "s", "</s>")


def captions(photos: int = 2, exact: bool = True) -> CaptionTrace:
    """Captions of photos, the second shorter than the first; `exact` as where gates times 0 are the frozen model."""
    draw = np.random.default_rng(13)
    resampled = draw.dirichlet(np.ones(SIDE * SIDE + LATENTS), (photos, HEADS, LATENTS))[..., : SIDE * SIDE]
    resampled = resampled.reshape(photos, HEADS, LATENTS, SIDE, SIDE)
    return CaptionTrace(
        model="flamingo-tiny",
        language="en",
        photo=draw.integers(0, 256, (photos, 32, 32, 3)).astype(np.uint8),
        attention_gate=np.array([0.26, -0.5]),
        feed_forward_gate=np.array([0.001, 0.12]),
        resampled=resampled,
        captions=tuple(_caption(draw, resampled, factor, exact) for factor in FACTORS),
    )


def _caption(draw: np.random.Generator, resampled: np.ndarray, factor: float, exact: bool) -> WrittenCaption:
    """With more gates fewer pieces of the second photo."""
    photos = len(resampled)
    own = [PIECE, PIECE[1 + int(factor) :]][:photos]
    under = np.repeat(np.arange(photos), [len(pieces) for pieces in own])
    count = len(under)
    look = draw.dirichlet(np.ones(LATENTS), (LAYERS, HEADS, count))[..., None, :]
    look = look * (under[:, None] == np.arange(photos))[..., None]
    best = np.sort(draw.uniform(-4, -0.5, (count, 3)))[:, ::-1]
    blind = best if not factor and exact else best + draw.normal(0, 0.5, best.shape)
    return WrittenCaption(
        factor=factor,
        text=("a dog runs", "runs")[:photos],
        piece=tuple(piece for pieces in own for piece in pieces),
        under=under,
        log_prob=best[:, 0],
        blind_log_prob=blind[:, 0],
        alternative=tuple((piece, "▁cat", "▁two") for pieces in own for piece in pieces),
        alternative_log_prob=best,
        alternative_blind_log_prob=blind,
        look=look,
        place=np.einsum("lwpk,pkyx->lwpyx", look.mean(1), resampled.mean(1)),
    )
