"""Words for what a scene has."""

from collections.abc import Collection

from lab.text import Text


def listed(things: Collection[tuple[str, str, str, str]], text: Text) -> str:
    """Things, each (place, size, colour, shape), as a sentence names them."""
    word = {name: text(f"image_text.widget.shared.word_{name}") for thing in things for name in thing}
    named = (
        text("image_text.scenes.thing", place=word[place], size=word[size], colour=word[colour], shape=word[shape])
        for place, size, colour, shape in things
    )
    return text("image_text.scenes.comma").join(named) or text("image_text.scenes.nothing")
