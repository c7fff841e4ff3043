"""How a view names what a trace names for machines."""

import re

from lab.text import Text


def layer_name(name: str, text: Text) -> str:
    """A layer's name in the page's language: "stage 2, block 1", "layer 3", "stem"."""
    kind = "_".join(re.findall("[a-z]+", name))
    return text(f"model.layer.{kind}", **dict(zip("ab", re.findall(r"\d+", name), strict=False)))
