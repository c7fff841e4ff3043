"""What a caption asks for is read back from every way to say every scene, and compared with a picture by its parts."""

import random
from dataclasses import replace

import pytest

from models.scenes import reading
from models.scenes.asked import Asked, read
from models.scenes.captions import EMPTY, LANGUAGES, caption, encode, tokenizer
from models.scenes.world import Scene, Thing, draw, scenes

BOTH = Scene((Thing("large", "red", "circle"), Thing("small", "blue", "square")), "left")


@pytest.fixture(scope="module")
def reader():
    return tokenizer(8)


def words(reader, text):
    return [token for token in reader.convert_ids_to_tokens(encode(reader, [text])[0]) if token != EMPTY]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_full_caption_means_its_scene(reader, language):
    draws = random.Random(3)
    for scene in scenes():
        for text in (caption(scene, language), caption(scene, language, draws, full=True)):
            found = read(words(reader, text))
            assert found is not None and found == Asked(scene.things, scene.where), text
            assert found.scene() == scene


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_caption_leaves_out_is_empty_and_the_rest_is_the_scene_s(reader, language):
    draws, left_out = random.Random(4), 0
    for scene in draws.sample(scenes(), 600):
        found = read(words(reader, caption(scene, language, draws)))
        assert found is not None
        assert found.where in ("", scene.where) and len(found.things) == len(scene.things)
        for said, thing in zip(found.things, scene.things, strict=True):
            for name in ("size", "colour", "shape"):
                assert getattr(said, name) in ("", getattr(thing, name))
                left_out += not getattr(said, name)
    assert left_out > 100


@pytest.mark.parametrize(
    "text", ["red", "a red circle a blue circle", "circle circle circle", "圆的红", "left of a circle"]
)
def test_what_the_grammar_does_not_say_means_nothing(reader, text):
    assert read(words(reader, text)) is None


def test_what_is_left_out_is_the_first_of_its_kind():
    assert Asked((Thing("", "", "star"),), "").scene() == Scene((Thing("large", "red", "star"),), "centre")


def test_a_picture_is_compared_part_by_part():
    asked = Asked(BOTH.things, BOTH.where)
    assert all(said == has for _, said, has in asked.checks(reading.read(draw(BOTH))))
    other = replace(BOTH, things=(BOTH.things[0], Thing("small", "green", "square")))
    wrong = [row for row in asked.checks(reading.read(draw(other))) if row[1] != row[2]]
    assert wrong == [("colour", "blue", "green")]
    alone = Scene(BOTH.things[:1], "left")
    assert ("places", "left right", "left") in asked.checks(reading.read(draw(alone)))
    assert ("shape", "square", "") in asked.checks(reading.read(draw(alone)))


def test_one_thing_without_a_place_is_compared_wherever_it_lies():
    asked = Asked((Thing("", "red", "circle"),), "")
    found = reading.read(draw(Scene(BOTH.things[:1], "bottom")))
    assert asked.checks(found) == (("colour", "red", "red"), ("shape", "circle", "circle"))
    assert asked.checks({}) == (("colour", "red", ""), ("shape", "circle", ""))
