"""The shipped pair: its figures follow from what it wrote, and what it wrote it writes again."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch

from models.checkpoint import BUNDLED, open_model, revision
from models.families import DECODERS
from models.scenes import measure, train, train_codes
from models.scenes.bundled import CAPTIONS
from models.scenes.generate import trace
from models.scenes.world import parts

FOLDER = BUNDLED / train.NAME
WRITTEN = [measure.Written(**one) for one in json.loads((FOLDER / measure.FILE).read_text())]


@pytest.fixture(scope="module")
def codes():
    return open_model(train_codes.NAME, ("PictureCodes",), None)


@pytest.fixture(scope="module")
def stream():
    return open_model(train.NAME, DECODERS, "text")


def record(name):
    return json.loads((BUNDLED / name / "recipe.json").read_text())


def test_what_was_asked_is_what_is_always_asked():
    assert [{**asdict(one), "codes": ""} for one in WRITTEN] == [asdict(one) for one in measure.asked()]


def test_the_figures_follow_from_what_was_written(codes):
    assert record(train.NAME)["codes"] == revision(train_codes.NAME)
    found, stated = measure.figures(WRITTEN, codes.model), record(train.NAME)["test"]
    for part, ways in stated.items():
        for way, figures in ways.items():
            assert found[part][way] == pytest.approx(figures, abs=0.01), (part, way)


def test_what_was_written_is_written_again(stream):
    some = WRITTEN[:: len(WRITTEN) // 12]
    again = measure.written(stream.model, stream.reader, some)
    same = np.mean(
        [a == b for one, two in zip(again, some, strict=True) for a, b in zip(one.codes, two.codes, strict=True)]
    )
    assert same > 0.98  # a tie may fall otherwise on another machine


def test_pictures_are_encoded_and_decoded_as_well_as_stated(codes):
    found = train_codes.evaluate(codes.model, train_codes.pictures(parts()["relation"]))
    assert found == pytest.approx(record(train_codes.NAME)["test"]["relation"], rel=0.01)


def test_codes_survive_being_decoded(codes):
    """Encode, decode, encode: where the picture is known, most codes come back."""
    shown = train_codes.pictures(parts()["train"][:64])
    with torch.inference_mode():
        first = codes.model.encode(shown)
        again = codes.model.encode(codes.model.decode(first))
    assert (first == again).float().mean() > 0.9


@pytest.mark.parametrize("language", CAPTIONS)
def test_a_caption_becomes_its_picture(stream, codes, language):
    caption, other = CAPTIONS[language]
    *_, found = trace(caption, stream, codes, other, "greedy")
    assert found.done and [part for part, *_ in found.recorded] == list(parts())
    assert [len(one.checks) for one in found.written] == [7, 7]
    assert all(said == has for _, said, has in found.written[0].checks)
