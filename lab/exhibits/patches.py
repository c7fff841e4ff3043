"""Patches & Windows: a photo cut into patches, and where each patch looks."""

import gradio as gr

from lab.exhibit import Exhibit, saved_run
from lab.photo import EXAMPLES, Photo, example, open_photo
from lab.text import Text
from lab.views import patches
from lab.widget import send, widget
from lab.wiring import connect
from models.checkpoint import bundled
from models.traces import VitTrace

FIRST_PHOTO, FIRST_MODEL = "temple", "vit-imagenette"
HUB_MODELS = {
    "WinKawaks/vit-tiny-patch16-224": 23,
    "facebook/deit-tiny-distilled-patch16-224@refs/pr/3": 24,
    "WinKawaks/vit-small-patch16-224": 88,
    "google/vit-base-patch16-224": 346,
    "google/vit-base-patch32-384": 353,
}
"""Well-known models of the Hub with safetensors weights, and the size of their download in MB."""


def run(photo, reference, progress=None) -> VitTrace:
    """The trace; torch is imported with the first one, after the page has opened."""
    from models.vit.trace import trace

    return trace(photo, reference, progress)


def first() -> VitTrace:
    """What a visitor sees before their own photo."""
    return run(open_photo(example(FIRST_PHOTO)), FIRST_MODEL)


def build(text: Text) -> None:
    """Controls on the left, views on the right."""

    def show(seen: VitTrace, owner: gr.HTML | None = None) -> list:
        payload = send(patches.facts(seen), patches.arrays(seen), owner)
        distance = patches.distance_chart(seen, text), patches.distance_claim(seen, text)
        lens = patches.lens_chart(seen, text), patches.lens_claim(seen, text)
        return [payload, payload, *distance, *lens, patches.prediction(seen, text), patches.knowledge(seen, text)]

    saved = show(VitTrace.load(saved_run("patches")))
    with gr.Row():
        with gr.Column(scale=1, min_width=260, elem_classes="controls"):
            photo = Photo(text, value=str(example(FIRST_PHOTO)), label=text("patches.photo"), height=220)
            samples = gr.Examples([[str(example(name))] for name in EXAMPLES], photo, label=text("patches.examples"))
            model = gr.Dropdown(
                [
                    *((text("patches.bundled", name=name), name) for name in bundled()),
                    *((text("patches.download", name=n.split("@")[0], size=size), n) for n, size in HUB_MODELS.items()),
                ],
                value=FIRST_MODEL,
                label=text("patches.model"),
                info=text("patches.model_info"),
                allow_custom_value=True,
                interactive=True,
            )
            with gr.Row():
                start = gr.Button(text("patches.run"), variant="primary", min_width=100)
                stop = gr.Button(text("run.stop"), visible=False, min_width=100)
            status = gr.Markdown(text("run.saved"), elem_classes="small status")
            answer = gr.Label(saved[6], num_top_classes=3, label=text("patches.answer"))
            knows = gr.Markdown(saved[7], elem_classes="small")
            gr.Markdown(text("photo.credits"), elem_classes="small")
        with gr.Column(scale=3, min_width=280), gr.Tabs():
            with gr.Tab(text("patches.cut.tab"), id="cut"):
                gr.Markdown(text("patches.cut.text"), elem_classes="claim")
                cut = widget("cut", text, saved[0])
            with gr.Tab(text("patches.attend.tab"), id="attend"):
                gr.Markdown(text("patches.attend.text"), elem_classes="claim")
                attend = widget("attend", text, saved[1])
            with gr.Tab(text("patches.distance.tab"), id="distance"):
                gr.Markdown(text("patches.distance.text"), elem_classes="claim")
                distance = widget("chart", text, saved[2])
                distance_claim = gr.Markdown(saved[3], elem_classes="claim")
            with gr.Tab(text("patches.lens.tab"), id="lens"):
                gr.Markdown(text("patches.lens.text"), elem_classes="claim")
                lens = widget("chart", text, saved[4])
                lens_claim = gr.Markdown(saved[5], elem_classes="claim")
    connect(
        text,
        start,
        stop,
        also=[photo.upload, samples.load_input_event.success],
        inputs=[photo, model],
        run=run,
        show=lambda seen: show(seen, cut),
        outputs=[cut, attend, distance, distance_claim, lens, lens_claim, answer, knows],
        status=status,
    )


EXHIBIT = Exhibit("patches", build, first)
