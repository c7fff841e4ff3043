"""Beside the inputs of each exhibit stands whose its examples are, and what its own models learned from."""

import pytest

from lab import layout
from lab.exhibits import EXHIBITS
from lab.text import LANGUAGES, Text

BY_NAME = {exhibit.name: exhibit for exhibit in EXHIBITS}
PHOTOS, TRANSLATORS, WRITERS, SEEING = "NASA", "Tatoeba", "tinyshakespeare", "Flickr8k"
SAID = {TRANSLATORS: {TRANSLATORS, SEEING}}
"""What comes along: the translators learned from Flickr8k's captions too."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("patches", [PHOTOS]),
        ("decoding", [TRANSLATORS]),
        *((name, [PHOTOS, TRANSLATORS]) for name in ("anatomy", "blocks", "graph")),
        ("generation", [WRITERS]),
        ("image_text", [PHOTOS, SEEING]),
        ("cost", []),
    ],
)
def test_credits_name_the_examples_and_the_data(name, named, language):
    exhibit = BY_NAME[name]
    said = layout.credits(exhibit, exhibit.inputs, Text(language))
    expected = {word for one in named for word in SAID.get(one, {one})}
    assert {one for one in (PHOTOS, TRANSLATORS, WRITERS, SEEING) if one in said} == expected
    assert bool(said) == bool(named)
