"""Receptive Fields: what a point of a photo can see and does see in a CNN, a ViT and a Swin, and how they compare."""

import gradio as gr

from lab.choice import HUB_RESNETS, HUB_SWINS, HUB_VITS, OneOf, choose_model
from lab.exhibit import Exhibit, saved_run
from lab.photo import EXAMPLES, Photo, example, open_photo
from lab.tabs import tabs
from lab.text import Text
from lab.views import dependence, efficiency, evidence, fields, position, sweep
from lab.widget import send
from lab.wiring import QUICK, connect, controls
from models.progress import NO_PROGRESS
from models.traces import SWEPT, ReceptiveFieldTrace

FIRST_PHOTO = "temple"
COLUMNS = ("resnet-imagenette", "vit-imagenette", "swin-imagenette")
HUB = (HUB_RESNETS, HUB_VITS, HUB_SWINS)
"""Hub models offered in each column, beside all bundled ones."""
VIEWS = {
    "field": ("fields",),
    "growth": ("chart", "claim"),
    "efficiency": ("chart", "claim"),
    "data": ("chart", "claim"),
    "position": ("position", "claim"),
    "sweep": ("sweep",),
    "evidence": ("evidence",),
}
"""The tabs and their parts, in the order of `show`."""


def run(photo, first, second, third, average, layer, click, progress=NO_PROGRESS) -> ReceptiveFieldTrace:
    """Everything about the photo, its fields at the point last clicked; torch is imported with the first run."""
    from models.receptive_field.compare import compare, spot

    return compare(photo, (first, second, third), spot(click), others(average), layer, progress)


def move(photo, first, second, third, average, layer, click, progress=NO_PROGRESS) -> ReceptiveFieldTrace:
    """What a click asks for: the fields at its point, and all else where the page shows an older choice."""
    from models.receptive_field.compare import answer

    return answer(photo, (first, second, third), click, others(average), layer, progress)


def others(average: object) -> list:
    """The photos to average over, if wanted."""
    return [open_photo(example(name)) for name in EXAMPLES] if average else []


def first() -> ReceptiveFieldTrace:
    """What a visitor sees before their own photo."""
    return run(open_photo(example(FIRST_PHOTO)), *COLUMNS, True, SWEPT[0], None)


def show(seen: ReceptiveFieldTrace, text: Text, owner: gr.HTML | None = None) -> list:
    """Values for the views, in the order of VIEWS; a click's trace has only the fields and leaves the rest alone."""
    told = [
        send(fields.facts(seen, text), fields.arrays(seen), owner),
        fields.growth_chart(seen, text),
        fields.growth_claim(seen, text),
    ]
    if not seen.evidence:
        return [*told, *[gr.skip()] * 8]
    return [
        *told,
        efficiency.chart(seen.efficiency[0], text),
        efficiency.claim(seen.efficiency[0], text),
        dependence.chart(seen.dependence[0], text),
        dependence.claim(seen.dependence[0], text),
        send(position.facts(seen.awareness, text), position.arrays(seen.awareness), owner),
        position.claim(seen.awareness, text),
        send(sweep.facts(seen.sweep[0], text), sweep.arrays(seen.sweep[0]), owner),
        send(evidence.facts(seen.evidence, text), evidence.arrays(seen.evidence), owner),
    ]


def clicked(event: gr.EventData) -> dict:
    """What the widget sends: the request of its run and the point; `count` makes each click a new one."""
    return event._data


def column(text: Text, place: int) -> gr.Dropdown:
    """The choice of a column's model, its own bundled one first."""
    bundled = [COLUMNS[place], *(name for name in COLUMNS if name != COLUMNS[place])]
    return choose_model(text, text("fields.input.column", number=place + 1), bundled, HUB[place])


def build(text: Text) -> None:
    """Controls on the left, views on the right."""
    saved = show(ReceptiveFieldTrace.load(saved_run("fields")), text)
    with gr.Row():
        with gr.Column(scale=1, min_width=260, elem_classes="controls"):
            photo = Photo(text, value=str(example(FIRST_PHOTO)), label=text("fields.input.photo"), height=220)
            samples = gr.Examples([[str(example(name))] for name in EXAMPLES], photo, label=text("photo.examples"))
            start = controls(text, text("fields.run"), text("run.saved"))
            average = gr.Checkbox(False, label=text("fields.input.average", count=len(EXAMPLES)), interactive=True)
            with gr.Accordion(text("fields.more"), open=False):
                columns = [column(text, place) for place in range(len(COLUMNS))]
                names = [(fields.layer_name(layer, text), layer) for layer in SWEPT]
                layer = OneOf(names, value=SWEPT[0], label=text("cnn_vs_attention.input.layer"), interactive=True)
            gr.Markdown(text("photo.credits"), elem_classes="small")
        with gr.Column(scale=3, min_width=280), gr.Tabs():
            shown = tabs(text, "fields", VIEWS, saved)
    click = gr.JSON(visible=False)
    shown[0].select(clicked, None, click, **QUICK)
    chosen = [photo, *columns, average, layer, click]
    connect(
        text,
        start,
        also=[photo.upload, samples.load_input_event.success],
        choices=[*columns, average, layer],
        inputs=chosen,
        run=run,
        show=lambda seen: show(seen, text, shown[0]),
        outputs=shown,
        others=[(click.change, chosen, move)],
    )


EXHIBIT = Exhibit("fields", build, first)
