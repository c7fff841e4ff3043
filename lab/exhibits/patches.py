"""Patches & Windows: a photo cut into patches, and where each patch looks."""

import gradio as gr

from lab.exhibit import Exhibit
from lab.photo import Photo, examples
from lab.text import Text
from lab.views import patches
from lab.widget import send, widget
from lab.wiring import connect
from models.checkpoint import bundled
from models.vit.trace import trace


def build(text: Text) -> None:
    """Controls on the left, views on the right."""
    with gr.Row():
        with gr.Column(scale=1, min_width=260):
            photo = Photo(text, label=text("patches.photo"), height=240)
            gr.Examples(examples(), photo, label=text("patches.examples"))
            model = gr.Dropdown(list(bundled()), label=text("patches.model"), allow_custom_value=True, interactive=True)
            start = gr.Button(text("patches.run"), variant="primary")
            stop = gr.Button(text("patches.cancel"))
            status = gr.Markdown(text("patches.privacy"))
        with gr.Column(scale=3, min_width=280):
            attend = widget("attend", text)
    connect(
        text,
        start,
        stop,
        inputs=[photo, model],
        run=trace,
        show=lambda seen: [send(attend, patches.facts(seen), patches.arrays(seen))],
        outputs=[attend],
        status=status,
    )


EXHIBIT = Exhibit("patches", build)
