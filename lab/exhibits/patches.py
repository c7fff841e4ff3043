"""Patches & Windows: a photo cut into patches, where each patch looks, and how Swin keeps looking cheap."""

import gradio as gr

from lab.choice import HUB_SWINS, HUB_VITS, choose_model
from lab.exhibit import Exhibit, saved_run
from lab.photo import EXAMPLES, Photo, example, open_photo
from lab.tabs import tabs
from lab.text import Text
from lab.views.patches import answer, cut, distance, lens, swin_answer, windows
from lab.widget import send
from lab.wiring import connect, controls
from models.progress import NO_PROGRESS
from models.traces import PatchesTrace

FIRST_PHOTO, FIRST_VIT, FIRST_SWIN = "temple", "vit-imagenette", "swin-imagenette"
VIEWS = {
    "cut": ("cut",),
    "attend": ("attend",),
    "distance": ("chart", "claim"),
    "lens": ("chart", "claim"),
    "windows": ("windows",),
    "pair": ("pair",),
}
"""The tabs and their parts, in the order of `show`."""


def run(photo, vit, swin, progress=NO_PROGRESS) -> PatchesTrace:
    """The photo through both models; torch is imported with the first run, after the page has opened."""
    from models.swin.trace import trace as swin_trace
    from models.vit.trace import trace as vit_trace

    first = vit_trace(photo, vit, progress)
    return PatchesTrace(vit=first, swin=swin_trace(photo, swin, progress))


def first() -> PatchesTrace:
    """What a visitor sees before their own photo."""
    return run(open_photo(example(FIRST_PHOTO)), FIRST_VIT, FIRST_SWIN)


def show(seen: PatchesTrace, text: Text, owner: gr.HTML | None = None) -> list:
    """Values for the views, in the order of `build`: the answers on the left, then the parts of VIEWS."""
    vit = send(*cut.payload(seen.vit, text), owner)
    swin = send(*windows.payload(seen.swin, text), owner)
    classes = answer.payload(seen.vit, text).meta["classes"]
    return [
        {row["label"]: row["share"] for row in classes},
        answer.claim(seen.vit, text),
        swin_answer.claim(seen.swin, text),
        vit,
        vit,
        distance.chart(seen.vit, text),
        distance.claim(seen.vit, text),
        lens.chart(seen.vit, text),
        lens.claim(seen.vit, text),
        swin,
        {"vit": vit, "swin": swin},
    ]


def build(text: Text) -> None:
    """Controls on the left, views on the right."""
    saved = show(PatchesTrace.load(saved_run("patches")), text)
    with gr.Row():
        with gr.Column(scale=1, min_width=260, elem_classes="controls"):
            photo = Photo(text, value=str(example(FIRST_PHOTO)), label=text("patches.input.photo"), height=220)
            samples = gr.Examples([[str(example(name))] for name in EXAMPLES], photo, label=text("photo.examples"))
            vit = choose_model(text, text("patches.input.vit"), [FIRST_VIT], HUB_VITS)
            swin = choose_model(text, text("patches.input.swin"), [FIRST_SWIN], HUB_SWINS)
            start = controls(text, text("patches.run"), text("run.saved"))
            label = gr.Label(saved[0], num_top_classes=3, label=text("patches.view.answer.label"))
            answers = [gr.Markdown(line, elem_classes="small") for line in saved[1:3]]
            gr.Markdown(text("photo.credits"), elem_classes="small")
        with gr.Column(scale=3, min_width=280), gr.Tabs():
            shown = tabs(text, "patches", VIEWS, saved[3:])
    connect(
        text,
        start,
        also=[photo.upload, samples.load_input_event.success],
        choices=[vit, swin],
        inputs=[photo, vit, swin],
        run=run,
        show=lambda seen: show(seen, text, shown[0]),
        outputs=[label, *answers, *shown],
    )


EXHIBIT = Exhibit("patches", build, first)
