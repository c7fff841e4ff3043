"""Beside the inputs of each exhibit stands whose its examples are, and what its own models learned from."""

import pytest

from lab import layout
from lab.exhibits import EXHIBITS
from lab.text import LANGUAGES, Text

PHOTOS, TRANSLATORS, BY_NAME = "NASA", "Tatoeba", {exhibit.name: exhibit for exhibit in EXHIBITS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("patches", {PHOTOS}),
        ("decoding", {TRANSLATORS}),
        *((name, {PHOTOS, TRANSLATORS}) for name in ("anatomy", "blocks", "graph")),
        ("generation", {"tinyshakespeare"}),
        ("image_text", {PHOTOS, "Flickr8k"}),
        ("cost", set()),
    ],
)
def test_credits_name_the_examples_and_the_data(name, named, language):
    exhibit = BY_NAME[name]
    said = layout.credits(exhibit, exhibit.inputs, Text(language))
    assert {one for one in (PHOTOS, TRANSLATORS, "tinyshakespeare") if one in said} == named - {"Flickr8k"}
    assert all(one in said for one in named) and bool(said) == bool(named)
