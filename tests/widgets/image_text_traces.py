"""Hand-made traces of photos and text in which every number is another one."""

import numpy as np

from models.traces import MatchTrace

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
