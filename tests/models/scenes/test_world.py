"""Every scene has its own picture; whole combinations are in no training picture; captions say what a scene shows."""

import itertools
import random

import numpy as np
import pytest

from models.scenes import world
from models.scenes.captions import EMPTY, LANGUAGES, ROOM, UNKNOWN, ZH_COLOURS, ZH_SHAPES, caption, encode, tokenizer
from models.scenes.world import ALONE, COLOURS, HELD_RELATIONS, SHAPES, Scene, Thing, draw, parts, scenes

N_CODE = 8
RED, BLUE = Thing("large", "red", "circle"), Thing("small", "blue", "square")
PAIR = Scene((RED, BLUE), "left")


@pytest.fixture(scope="module")
def reader():
    return tokenizer(N_CODE)


def combinations(part):
    """Of the pictures of a part with two things: pairs of colour and shape, and relations of shapes; found anew."""
    placed = [at for scene in parts()[part] if len(at := scene.placed()) == 2]
    pairs = {(thing.colour, thing.shape) for at in placed for thing in at.values()}
    both = (("left", "left", "right"), ("above", "top", "bottom"))
    ways = {(at[a].shape, how, at[b].shape) for at in placed for how, a, b in both if a in at and b in at}
    return pairs, ways


def test_no_training_picture_has_a_held_out_combination_and_all_others_are_there():
    every_pair = set(itertools.product(COLOURS, SHAPES))
    every_way = set(itertools.product(SHAPES, ("left", "above"), SHAPES))
    for part in ("train", "new"):
        assert combinations(part) == (every_pair - ALONE, every_way - HELD_RELATIONS)
    for scene in parts()["beside"]:
        assert len(scene.things) == 2
        assert any((thing.colour, thing.shape) in ALONE for thing in scene.things)
    pairs, ways = combinations("relation")
    assert pairs == every_pair - ALONE and ways == HELD_RELATIONS


def test_every_part_of_a_held_out_combination_is_trained_on():
    assert {colour for colour, _ in ALONE} == set(COLOURS)
    assert {shape for _, shape in ALONE} == set(SHAPES)
    trained = [scene.placed() for scene in parts()["train"]]
    alone = {(place, thing) for at in trained if len(at) == 1 for place, thing in at.items()}
    assert {thing for _, thing in alone} == set(world.things())
    places = {(place, thing) for at in trained for place, thing in at.items()}
    known = {thing for thing in world.things() if (thing.colour, thing.shape) not in ALONE}
    assert len(known) == 36 and places >= set(itertools.product(("left", "right", "top", "bottom"), known))


def test_the_parts_are_all_scenes_once_and_the_same_again():
    assert sorted(map(repr, itertools.chain(*parts().values()))) == sorted(map(repr, scenes()))
    before = parts()
    world.parts.cache_clear()
    assert parts() == before


def test_no_two_scenes_have_the_same_picture():
    pictures = {draw(scene).tobytes() for scene in scenes()}
    assert len(pictures) == len(scenes()) == 5 * 48 + 2 * 48 * 48


@pytest.mark.parametrize("place", world.PLACES)
def test_a_thing_lies_where_the_scene_says_in_its_colour_and_size(place):
    areas = {}
    for size, radius in world.SIZES.items():
        picture = draw(Scene((Thing(size, "blue", "circle"),), place)).astype(int)
        x, y = world.PLACES[place]
        assert tuple(picture[y, x]) == COLOURS["blue"] and tuple(picture[0, 0]) == world.WHITE
        rows, columns = np.nonzero(picture[..., 0] < (COLOURS["blue"][0] + 255) / 2)
        assert abs(rows.mean() + 0.5 - y) < 0.6 and abs(columns.mean() + 0.5 - x) < 0.6
        areas[size] = len(rows)
        assert areas[size] == pytest.approx(np.pi * radius**2, rel=0.1)
    assert areas["large"] > 2 * areas["small"]


def test_the_plain_captions():
    assert caption(PAIR, "en") == "a large red circle left of a small blue square"
    assert caption(PAIR, "zh") == "大红圆在小蓝方块的左边"
    assert caption(Scene((BLUE,), "top"), "en") == "a small blue square at the top"
    assert caption(Scene((BLUE,), "top"), "zh") == "小蓝方块在上面"


def test_a_scene_is_said_in_many_ways_and_full_ones_leave_out_nothing():
    draws = random.Random(0)
    names = {"en": (("red", "blue"), SHAPES), "zh": (("红", "蓝"), ZH_SHAPES.values())}
    for language in LANGUAGES:
        hues, shapes = names[language]
        full = {caption(PAIR, language, draws, full=True) for _ in range(400)}
        assert len(full) > 30
        assert all(hue in text for text in full for hue in hues)
        assert all(sum(text.count(shape) for shape in shapes) == 2 for text in full)
        some = {caption(PAIR, language, draws) for _ in range(400)}
        assert any(hues[0] not in text for text in some) and len(some) > 100
    assert "to the right of a big red circle is a little blue square" in {
        caption(PAIR, "en", draws, full=True) for _ in range(2000)
    }


def test_two_scenes_are_never_said_by_one_full_caption():
    draws = random.Random(1)
    for language in LANGUAGES:
        means: dict[str, Scene] = {}
        for scene in scenes():
            for text in (caption(scene, language), *(caption(scene, language, draws, full=True) for _ in range(2))):
                other = means.setdefault(text, scene)
                assert other == scene or (other.things == scene.things[::-1] and other.where == scene.where), text


def test_every_caption_is_known_to_the_tokenizer_and_fits(reader):
    draws = random.Random(2)
    texts = [caption(scene, language, draws) for scene in scenes() for language in LANGUAGES]
    ids = np.array(encode(reader, texts))
    assert ids.shape == (len(texts), ROOM) and not (ids == reader.unk_token_id).any()
    assert (ids < len(reader) - N_CODE).all()


def test_capitals_and_full_stops_do_not_matter_and_other_words_are_unknown(reader):
    first, second = encode(reader, ["A red circle.", "a red circle"])
    assert first == second
    tokens = reader.convert_ids_to_tokens(encode(reader, ["a DOG 红圆。<5>"])[0])
    assert tokens[:4] == ["a", UNKNOWN, "红", "圆"] and tokens[-1] == EMPTY
    assert not {"<5>"} & set(tokens) and {ZH_COLOURS["red"], ZH_SHAPES["circle"]} < set(tokens)
    with pytest.raises(ValueError, match="24"):
        encode(reader, ["a " * (ROOM + 1)])
