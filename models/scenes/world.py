"""The world of scenes: one or two things on white, how each picture is drawn, and which of them nobody trains on.

A thing has a size, a colour and a shape; a scene has one thing at a place, or two and how the first lies to the second.
A scene says all that its picture shows, so there are as many pictures as scenes, and every one can be drawn. Whole
combinations are held out: the ALONE of colour and shape beside any other thing, and HELD_RELATIONS between two shapes.

A colour and a shape that no training picture has at all cannot be asked for: their patches would have no codes of their
own, and which other codes stand for them no stream could know. So each is seen alone, as "jump" is in the split of
Lake and Baroni 2018 (SCAN), and asked for in company.
"""

import itertools
import math
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

SIDE = 64
"""Pixels."""
SIZES = {"large": 14, "small": 8}
"""Radius in pixels."""
COLOURS = {
    "red": (214, 39, 40),
    "yellow": (250, 204, 21),
    "green": (34, 153, 63),
    "blue": (31, 98, 200),
    "purple": (140, 60, 190),
    "black": (25, 25, 25),
}
SHAPES = ("circle", "square", "triangle", "star")
PLACES = {"centre": (32, 32), "left": (16, 32), "right": (48, 32), "top": (32, 16), "bottom": (32, 48)}
"""Centres (x, y) in pixels."""
RELATIONS = {"left": ("left", "right"), "above": ("top", "bottom")}
"""How the first thing lies to the second: the places of both. The inverse is the other thing's."""
WHITE = (255, 255, 255)
SMOOTH = 4
"""Times larger that a picture is drawn before it is made small."""

ALONE = frozenset(
    {
        ("red", "star"),
        ("yellow", "triangle"),
        ("green", "square"),
        ("blue", "circle"),
        ("purple", "star"),
        ("black", "triangle"),
    }
)
"""Colours and shapes of things that training pictures have alone, never beside another: of each colour one."""
HELD_RELATIONS = frozenset(
    {
        ("circle", "left", "star"),
        ("triangle", "left", "square"),
        ("star", "left", "triangle"),
        ("square", "above", "circle"),
        ("star", "above", "triangle"),
        ("triangle", "above", "star"),
    }
)
"""Two shapes that never lie so to each other in a training picture, whatever their colours and sizes."""
NEW = 0.15
"""Share of the scenes of known combinations that are kept for testing."""

Part = Literal["train", "new", "beside", "relation"]


@dataclass(frozen=True)
class Thing:
    """What lies in a scene."""

    size: str
    colour: str
    shape: str


@dataclass(frozen=True)
class Scene:
    """One thing at a place of PLACES; or two, and one of RELATIONS in which the first lies to the second."""

    things: tuple[Thing, ...]
    where: str

    def placed(self) -> dict[str, Thing]:
        """The things by their places."""
        places = RELATIONS[self.where] if len(self.things) == 2 else (self.where,)
        return dict(zip(places, self.things, strict=True))


@lru_cache(maxsize=1)
def things() -> tuple[Thing, ...]:
    """All."""
    return tuple(Thing(*parts) for parts in itertools.product(SIZES, COLOURS, SHAPES))


@lru_cache(maxsize=1)
def scenes() -> tuple[Scene, ...]:
    """All: a number of a scene is its place here."""
    single = (Scene((thing,), place) for thing in things() for place in PLACES)
    double = (Scene(pair, how) for how in RELATIONS for pair in itertools.product(things(), repeat=2))
    return (*single, *double)


def held(scene: Scene) -> Literal["beside", "relation"] | None:
    """What of a scene is held out; a thing beside another comes before a relation."""
    if len(scene.things) == 1:
        return None
    if any((thing.colour, thing.shape) in ALONE for thing in scene.things):
        return "beside"
    first, second = (thing.shape for thing in scene.things)
    return "relation" if (first, scene.where, second) in HELD_RELATIONS else None


@lru_cache(maxsize=1)
def parts() -> dict[Part, tuple[Scene, ...]]:
    """The scenes to train on; new ones of the same combinations; an ALONE thing beside another; a relation."""
    known = [scene for scene in scenes() if held(scene) is None]
    random.Random(1).shuffle(known)
    n_new = round(NEW * len(known))
    beside, relation = (tuple(scene for scene in scenes() if held(scene) == kind) for kind in ("beside", "relation"))
    return {"train": tuple(known[n_new:]), "new": tuple(known[:n_new]), "beside": beside, "relation": relation}


def draw(scene: Scene) -> np.ndarray:
    """The picture (side, side, 3) of a scene, bytes."""
    canvas = Image.new("RGB", (SIDE * SMOOTH, SIDE * SMOOTH), WHITE)
    brush = ImageDraw.Draw(canvas)
    for place, thing in scene.placed().items():
        x, y = (SMOOTH * at for at in PLACES[place])
        radius, colour = SMOOTH * SIZES[thing.size], COLOURS[thing.colour]
        if thing.shape == "circle":
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), colour)
        else:
            brush.polygon([(x + radius * dx, y + radius * dy) for dx, dy in _outline(thing.shape)], colour)
    return np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BOX))


def _outline(shape: str) -> list[tuple[float, float]]:
    """Corners of a shape about its centre; its radius is 1."""
    if shape == "square":
        return [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]
    corners, inner = (3, 1.0) if shape == "triangle" else (5, 0.42)
    turns = range(2 * corners) if inner < 1 else range(0, 2 * corners, 2)
    reach = {turn: inner if turn % 2 else 1.0 for turn in turns}
    angles = {turn: math.pi * turn / corners for turn in turns}
    return [(reach[turn] * math.sin(angles[turn]), -reach[turn] * math.cos(angles[turn])) for turn in turns]
