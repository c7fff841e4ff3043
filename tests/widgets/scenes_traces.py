"""Hand-made traces of pictures as codes: 2x2 places of 4x4 pixels, five codes; a text of three tokens."""

from typing import Any

import numpy as np

from models.traces import PictureCodesTrace, SceneWrittenTrace, TextToImageTrace

SIDE, PLACES, CODES, ROOM, LAYERS, HEADS = 8, 4, 5, 3, 2, 2
CHECKS = (("places", "left right", "left"), ("colour", "red", "red"), ("shape", "square", ""))


def pictures(seed: int, *shape: int) -> np.ndarray:
    """Bytes (…, row, column, channel)."""
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3)).astype(np.uint8)


def tokens(swaps: tuple[tuple[int, int], ...] = ()) -> PictureCodesTrace:
    """A drawn scene, with swaps (place, code) that change the pixels of their places alone."""
    code = np.array([[0, 0], [3, 0]])
    swapped, decoded = code.copy(), pictures(2, SIDE, SIDE)
    after = decoded.copy()
    for place, other in swaps:
        swapped.flat[place] = other
        row, column = (4 * at for at in divmod(place, 2))
        after[row : row + 4, column : column + 4] ^= 1
    near = np.stack([code, (code + 1) % CODES, (code + 2) % CODES], -1)
    return PictureCodesTrace(
        model="c",
        picture=pictures(1, SIDE, SIDE),
        code=code,
        near=near,
        near_cosine=np.broadcast_to([0.99, 0.5, -0.25], near.shape).copy(),
        decoded=decoded,
        psnr=31.25,
        swapped_code=swapped,
        swapped=after,
        sample=pictures(3, CODES, 4, 4),
        used=np.array([20, 7, 0, 3, 11]),
        scenes=20,
        drawn=(("left", "large", "red", "circle"),),
    )


def one(caption: str, code: list[int], **changes: Any) -> SceneWrittenTrace:
    """A caption's picture as far as `code` goes; attention ends before the place that is written."""
    written = len(code)
    log_prob = np.log(np.linspace(0.9, 0.3, written))
    alternative = np.stack([np.array(code), (np.array(code) + 1) % CODES], 1)
    weights = np.random.default_rng(len(caption)).random((written, LAYERS, HEADS, ROOM + PLACES)) + 0.05
    weights *= np.arange(ROOM + PLACES) < ROOM + np.arange(written)[:, None, None, None]
    made: dict[str, Any] = {
        "token": (*caption.split()[:2], "·"),
        "code": np.array(code),
        "log_prob": log_prob,
        "probability": np.exp(log_prob),
        "entropy": np.linspace(0.5, 1.5, written),
        "kept": np.full(written, CODES),
        "alternative": alternative,
        "alternative_log_prob": np.stack([log_prob, np.log(np.full(written, 0.05))], 1),
        "attention": weights / weights.sum(-1, keepdims=True),
        "pictures": pictures(written, written, SIDE, SIDE),
        "shows": (("left", "large", "red", "circle"),),
        "checks": CHECKS,
    }
    return SceneWrittenTrace(caption=caption, **made | changes)


def written(count: int = 2, done: bool = True, **changes: Any) -> TextToImageTrace:
    """The pictures of one or two captions."""
    both = (one("red circle", [0, 3, 1, 0]), one("blue circle", [0, 4, 1, 2]))
    made: dict[str, Any] = {
        "models": ("s", "c"),
        "method": "sample",
        "written": both[:count],
        "sample": pictures(3, CODES, 4, 4),
        "recorded": (("train", 0.9, 0.8), ("new", 0.75, 0.5), ("beside", 0.25, 0.125), ("relation", 0.4, 0.3)),
    }
    return TextToImageTrace(done=done, **made | changes)
