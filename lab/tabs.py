"""The tabs inside an exhibit: one for each view."""

from collections.abc import Mapping

import gradio as gr

from lab.text import Text
from lab.widget import widget


def tabs(text: Text, exhibit: str, views: Mapping[str, tuple[str, ...]], saved: list) -> list:
    """Lay out what one sees, the view's parts and the claim it checks; returns the parts in order.

    views: by the view's name its parts: widgets by name, or "claim" for a sentence that was measured. saved: what the
    parts show first, in order.
    """
    shown: list = []
    for name, parts in views.items():
        with gr.Tab(text(f"{place(exhibit, name)}.tab"), id=name):
            gr.Markdown(text(f"{place(exhibit, name)}.see"), elem_classes="see")
            for part in parts:
                value = saved[len(shown)]
                shown.append(gr.Markdown(value, elem_classes="claim") if part == "claim" else widget(part, text, value))
            gr.Markdown(text(f"{place(exhibit, name)}.checks"), elem_classes="claim")
    return shown


MOVED = {
    "efficiency": "parameters",
    "data": "data",
    "position": "position",
    "sweep": "convolution",
    "evidence": "attribution",
}


def place(exhibit: str, view: str) -> str:
    """Where the words of a view are."""
    moved = exhibit == "fields" and view in MOVED
    return f"cnn_vs_attention.view.{MOVED[view]}" if moved else f"{exhibit}.view.{view}"
