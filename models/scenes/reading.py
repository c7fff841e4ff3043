"""What a picture of the world of scenes shows, by rule: which things, where; and which scene's drawing is nearest."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import ndimage

from models.scenes.world import COLOURS, PLACES, SHAPES, SIZES, WHITE, Scene, Thing, draw, scenes

PAPER = 70
"""Largest difference of a pixel to white, in a channel, that is still paper."""
LEAST_AREA = 20
"""Pixels of a thing."""
FAR = 8
"""Pixels from a place's centre beyond which a thing does not lie there."""
LIKE = 0.6
"""Least overlap with a shape's drawing (intersection over union) of what has that shape."""
ATTRIBUTES = ("size", "colour", "shape")


def read(picture: np.ndarray) -> dict[str, Thing]:
    """The things of a picture (side, side, 3) of bytes by their places; what is like none is left out.

    A thing is what hangs together and is not paper. Its size and shape are those of the drawing that it overlaps most,
    its colour is the nearest to its mean.
    """
    labelled: Any = ndimage.label(_ink(picture))
    parts, count = labelled
    found = {}
    for part in range(1, count + 1):
        mask = parts == part
        if mask.sum() < LEAST_AREA:
            continue
        place, size, shape, overlap = max(_alike(mask), key=lambda one: one[-1], default=("", "", "", 0.0))
        if overlap >= LIKE:
            mean = picture[mask].mean(0)
            colour = min(COLOURS, key=lambda name: np.square(mean - COLOURS[name]).sum())
            found[place] = Thing(size, colour, shape)
    return found


def listed(placed: Mapping[str, Thing]) -> tuple[tuple[str, str, str, str], ...]:
    """Place, size, colour and shape of each thing by its place, in order of the places' names."""
    return tuple(sorted((at, thing.size, thing.colour, thing.shape) for at, thing in placed.items()))


def attributes_right(scene: Scene, picture: np.ndarray) -> dict[str, float]:
    """Shares of the scene's things whose size, colour and shape a picture shows where the scene has them.

    "where": whether the picture has things at the scene's places and at no others; "all": whether everything is right.
    """
    wanted, found = scene.placed(), read(picture)
    pairs = [(thing, found.get(place)) for place, thing in wanted.items()]
    shares = {name: np.mean([getattr(a, name) == getattr(b, name, None) for a, b in pairs]) for name in ATTRIBUTES}
    right = {"where": wanted.keys() == found.keys(), "all": wanted == found}
    return {name: float(share) for name, share in (shares | right).items()}


def nearest(pictures: np.ndarray) -> np.ndarray:
    """For pictures (picture, side, side, 3) of bytes the number of the scene whose drawing is nearest by its pixels."""
    drawn, squares = _drawn()
    rows = pictures.reshape(len(pictures), -1).astype(np.float32) / 255
    return (squares[None] - 2 * rows @ drawn.T).argmin(1)


def number(wanted: Sequence[Scene]) -> np.ndarray:
    """Numbers of scenes."""
    known = {scene: i for i, scene in enumerate(scenes())}
    return np.array([known[scene] for scene in wanted])


def _ink(picture: np.ndarray) -> np.ndarray:
    """Whether each pixel of a picture is no paper (row, column)."""
    return (np.array(WHITE) - picture.astype(int)).max(-1) > PAPER


def _alike(mask: np.ndarray) -> list[tuple[str, str, str, float]]:
    """The place that a mask (row, column) lies at, and how much it overlaps each size and shape there."""
    y, x = np.argwhere(mask).mean(0)
    place = min(PLACES, key=lambda name: _distance(name, x, y))
    if _distance(place, x, y) > FAR:
        return []
    masks = ((size, shape, template) for (at, size, shape), template in _templates().items() if at == place)
    return [(place, size, shape, (mask & like).sum() / (mask | like).sum()) for size, shape, like in masks]


def _distance(place: str, x: float, y: float) -> float:
    return float(np.hypot(PLACES[place][0] - x - 0.5, PLACES[place][1] - y - 0.5))


@lru_cache(maxsize=1)
def _templates() -> dict[tuple[str, str, str], np.ndarray]:
    """What is no paper of every size and shape at every place, drawn in blue."""
    keys = [(place, size, shape) for place in PLACES for size in SIZES for shape in SHAPES]
    return {key: _ink(draw(Scene((Thing(key[1], "blue", key[2]),), key[0]))) for key in keys}


@lru_cache(maxsize=1)
def _drawn() -> tuple[np.ndarray, np.ndarray]:
    """All scenes' pictures (scene, pixel) and their squared lengths (scene,)."""
    pictures = np.stack([draw(scene) for scene in scenes()]).reshape(len(scenes()), -1).astype(np.float32) / 255
    return pictures, np.square(pictures).sum(1)
