"""Choosing a model: a bundled one, one of the Hub, or any other typed in."""

from collections.abc import Mapping, Sequence

import gradio as gr

from lab.text import Text


def choose_model(text: Text, label: str, bundled: Sequence[str], hub: Mapping[str, int] | None = None) -> gr.Dropdown:
    """The dropdown, the first bundled name chosen; `hub` holds well-known Hub ids and their downloads in MB."""
    known = (hub or {}).items()
    return gr.Dropdown(
        [
            *((text("model.bundled", name=name), name) for name in bundled),
            *((text("model.download", name=name, size=size), name) for name, size in known),
        ],
        value=bundled[0],
        label=label,
        info=text("model.info"),
        allow_custom_value=True,
        interactive=True,
    )
