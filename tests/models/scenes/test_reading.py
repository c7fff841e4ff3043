"""The rule reads every drawing rightly, and says what is wrong of a picture that shows something else."""

import numpy as np
import pytest

from models.scenes import reading
from models.scenes.world import PLACES, SIDE, Scene, Thing, draw, scenes

RED, BLUE = Thing("large", "red", "circle"), Thing("small", "blue", "square")
PAIR = Scene((RED, BLUE), "left")


def test_every_drawing_is_read_as_what_it_was_drawn_from():
    for scene in scenes()[::7]:
        assert reading.read(draw(scene)) == scene.placed(), scene


def test_a_drawing_is_nearest_to_itself_also_with_noise():
    wanted = scenes()[::97]
    noise = np.random.default_rng(0).normal(0, 12, (len(wanted), SIDE, SIDE, 3))
    noisy = np.clip(np.stack([draw(scene) for scene in wanted]) + noise, 0, 255).astype(np.uint8)
    assert reading.nearest(noisy).tolist() == reading.number(wanted).tolist()


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        (Scene((RED, Thing("large", "blue", "square")), "left"), {"size": 0.5}),
        (Scene((RED, Thing("small", "green", "square")), "left"), {"colour": 0.5}),
        (Scene((RED, Thing("small", "blue", "star")), "left"), {"shape": 0.5}),
        (Scene((BLUE, RED), "left"), {"size": 0, "colour": 0, "shape": 0}),
        (Scene((RED, BLUE), "above"), {"size": 0, "colour": 0, "shape": 0, "where": 0}),
        (Scene((RED,), "left"), {"size": 0.5, "colour": 0.5, "shape": 0.5, "where": 0}),
    ],
)
def test_what_is_wrong_is_said(other, wrong):
    right = dict.fromkeys((*reading.ATTRIBUTES, "where"), 1.0)
    assert reading.attributes_right(PAIR, draw(PAIR)) == {**right, "all": 1}
    assert reading.attributes_right(PAIR, draw(other)) == {**right, **wrong, "all": 0}


def test_paper_specks_and_blots_are_no_things():
    paper = np.full((SIDE, SIDE, 3), 255, np.uint8)
    assert reading.read(paper) == {}
    x, y = PLACES["left"]
    paper[y : y + 3, x : x + 3] = 0
    paper[:2] = 0
    assert reading.read(paper) == {}
