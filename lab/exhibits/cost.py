"""Cost: what attention among all tokens costs, and what windows save, measured on this machine."""

import gradio as gr

from lab.exhibit import Exhibit, saved_run
from lab.text import Text
from lab.views.cost import cost
from lab.widget import widget
from lab.wiring import connect, controls
from models.progress import NO_PROGRESS
from models.traces import COST_WIDTHS, COST_WINDOWS, CostTrace


def run(n_embd=COST_WIDTHS[0], window_size=COST_WINDOWS[0], progress=NO_PROGRESS) -> CostTrace:
    """The measurement; torch is imported with the first one, after the page has opened."""
    from models.swin.cost import cost as measure

    return measure(n_embd, window_size, progress=progress)


def build(text: Text) -> None:
    """Controls on the left, two charts on the right."""

    def show(seen: CostTrace) -> list:
        return [*cost.chart(seen, text), cost.claim(seen, text)]

    saved = show(CostTrace.load(saved_run("cost")))
    with gr.Row():
        with gr.Column(scale=1, min_width=260, elem_classes="controls"):
            width = gr.Radio(list(COST_WIDTHS), value=COST_WIDTHS[0], label=text("cost.input.n_embd"), interactive=True)
            window = gr.Radio(
                list(COST_WINDOWS), value=COST_WINDOWS[0], label=text("cost.input.window_size"), interactive=True
            )
            start = controls(text, text("cost.run"), text("cost.saved"))
        with gr.Column(scale=3, min_width=280):
            gr.Markdown(text("cost.view.cost.see"), elem_classes="see")
            charts = []
            with gr.Row():
                for chart in saved[:2]:
                    with gr.Column(min_width=280):
                        charts.append(widget("chart", text, chart))
            claim = gr.Markdown(saved[2], elem_classes="claim")
            gr.Markdown(text("cost.view.cost.checks"), elem_classes="claim")
    connect(
        text,
        start,
        also=[],
        choices=[width, window],
        inputs=[width, window],
        run=run,
        show=show,
        outputs=[*charts, claim],
        checked=False,
    )


EXHIBIT = Exhibit("cost", build, run)
