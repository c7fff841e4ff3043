"""What a link says of an exhibit comes back as it was asked; what cannot be used is left out, and named."""

import json

import pytest
from PIL import Image

from lab import links
from lab.exhibits import EXHIBITS
from lab.exhibits.decoding import EXHIBIT as DECODING
from lab.exhibits.fields import EXHIBIT as FIELDS
from lab.exhibits.image_text import EXHIBIT as IMAGE_TEXT
from lab.inputs import photo
from lab.inputs.kinds import Choice, Model, Number
from lab.inputs.photo import EXAMPLES, Photo
from lab.inputs.several import Choices
from lab.question import ask, defaults, saved_names
from lab.text import LANGUAGES

NAMED = pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda one: one.name)


def other(one):
    """A value of an input that is not its own."""
    if isinstance(one, Photo):
        return next(name for name in EXAMPLES if name != one.default)
    if isinstance(one, Number):
        return one.maximum if one.default != one.maximum else one.minimum
    if isinstance(one, Choices):
        return one.values[-1:]
    if isinstance(one, Choice):
        return next(value for value in one.values if value != one.default)
    if isinstance(one, Model):
        return "some/model@refs/pr/1"
    values = {bool: not one.default, str: "2 3" if one.name == "picked" else "Zwei Hunde & 1 = #?"}
    special = {
        "position": (0.25, 0.5),
        "forces": ((1, 0, 7),),
        "edit": (3, -1),
        "changes": ((0, 1),),
        "cuts": ((0, 1),),
        "branches": ((0, 1, 7),),
        "swaps": ((1, 0, 7),),
        "swapped": ((0, 1),),
        "forced": ((0, 1),),
    }
    return special[one.name] if one.name in special else values[type(one.default)]


@NAMED
def test_what_a_page_shows_first_needs_no_words(exhibit):
    assert links.write(exhibit, defaults(exhibit)) == {}
    assert links.read(exhibit, {}) == (defaults(exhibit), ())


def test_the_longest_sentences_come_back():
    asked = defaults(IMAGE_TEXT) | {"texts": "\n".join(f"{number} " + "wide " * 60 for number in range(12))}
    written = links.write(IMAGE_TEXT, asked)
    assert len(written["texts"]) > 3_000
    link = links.read(IMAGE_TEXT, written)
    assert (link.sent["texts"], link.left_out) == (asked["texts"], ())


@NAMED
def test_every_input_comes_back(exhibit):
    asked = {one.name: other(one) for one in exhibit.inputs}
    texts = json.loads(json.dumps(links.write(exhibit, asked)))
    assert set(texts) == set(asked) and all(isinstance(text, str) for text in texts.values())
    link = links.read(exhibit, texts)
    assert not link.left_out
    assert {one.name: one.checked(link.sent[one.name]) for one in exhibit.inputs} == {
        one.name: one.checked(asked[one.name]) for one in exhibit.inputs
    }


def test_what_follows_a_choice_has_that_choices_default():
    link = links.read(DECODING, {"language": "zh"})
    chosen = DECODING.input("autoregressive")
    assert link.sent["autoregressive"] == chosen.defaults["zh"] != chosen.default
    assert links.write(DECODING, link.sent) == {"language": "zh"}
    own = links.read(DECODING, {"language": "zh", "autoregressive": "a/b"}).sent
    assert links.write(DECODING, own) == {"language": "zh", "autoregressive": "a/b"}


@NAMED
def test_bad_values_are_left_out(exhibit):
    for one in exhibit.inputs:
        for bad in (
            "",
            "[",
            "[" * 1_999,
            "[" * 100_000,
            "x" * 100_000,
            "NaN",
            None,
            3,
            ["a"],
            {"a": 1},
            {"path": "/etc/hostname"},
        ):
            link = links.read(exhibit, {one.name: bad})
            assert set(link.left_out) <= {one.name}
            if link.left_out:
                assert link.sent == defaults(exhibit)
            one.checked(link.sent[one.name])


@pytest.mark.parametrize("texts", [None, 3, "a", ["photo"], {"banana": "1"}])
def test_what_names_no_input_is_left_out(texts):
    assert links.read(FIELDS, texts) == (defaults(FIELDS), ("banana",) if isinstance(texts, dict) else ())


def test_a_visitors_photo_is_named_by_its_digest_and_comes_back_by_its_file(monkeypatch, tmp_path):
    monkeypatch.setattr(photo, "get_upload_folder", lambda: str(tmp_path))
    Image.effect_noise((40, 30), 90).convert("RGB").save(tmp_path / "mine.png")
    sent = {"path": str(tmp_path / "mine.png")}
    texts = links.write(FIELDS, defaults(FIELDS) | {"photo": sent})
    digest = photo.digest(photo.open_photo(tmp_path / "mine.png"))
    assert texts == {"photo": f"own-{digest[:16]}"}
    assert links.read(FIELDS, texts).left_out == ("photo",)
    assert links.read(FIELDS, {"photo": sent}) == (defaults(FIELDS) | {"photo": sent}, ())
    (tmp_path / "mine.png").unlink()
    assert links.write(FIELDS, defaults(FIELDS) | {"photo": sent}) == {}


@NAMED
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_page_opens_with_is_a_saved_run_and_means_the_same_in_the_other_language(exhibit, language):
    first = defaults(exhibit, language)
    assert links.read(exhibit, links.write(exhibit, first)).sent == first
    for run in exhibit.runs:
        assert ask(exhibit, run, first).key in saved_names(exhibit, run)
