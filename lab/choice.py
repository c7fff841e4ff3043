"""Choosing: a model (a bundled one, one of the Hub, or any other typed in), or one of a few values."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from lab.text import Text

HUB_VITS = {
    "WinKawaks/vit-tiny-patch16-224": 23,
    "facebook/deit-tiny-distilled-patch16-224@refs/pr/3": 24,
    "WinKawaks/vit-small-patch16-224": 88,
    "google/vit-base-patch16-224": 346,
    "google/vit-base-patch32-384": 353,
}
"""Well-known models of the Hub with safetensors weights, and the size of their download in MB."""
HUB_SWINS = {"microsoft/swin-tiny-patch4-window7-224": 113}
HUB_RESNETS = {"microsoft/resnet-18": 47, "microsoft/resnet-50": 103}


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


class OneOf(gr.Radio):
    """A radio group that leaves it to the run to check the value, so that the answer is in the visitor's language."""

    def get_block_name(self) -> str:
        return "radio"

    def get_config(self, cls=None):
        return super().get_config(gr.Radio)

    def preprocess(self, payload: Any) -> Any:
        return payload
