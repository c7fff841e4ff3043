"""Decoding: beam search beside mask-predict, step by step, on the visitor's own sentence."""

import json
from collections.abc import Iterable
from typing import Any

import gradio as gr

from lab.choice import choose_model
from lab.exhibit import Exhibit, saved_run
from lab.sentences import examples, reference
from lab.text import Text
from lab.views import decoding, translations
from lab.widget import send, widget
from lab.wiring import QUICK, connect, controls
from models.progress import NO_PROGRESS
from models.traces import METHODS, STRATEGIES, DecodingTrace
from models.translation.pairs import BASELINE, CONTRASTS, PAIRS

LANGUAGE = "de"
FIRST = examples(LANGUAGE)[0]
STOPPING = {"heuristic": False, "at_once": True, "never": "never"}
DEFAULTS = {
    "language": LANGUAGE,
    "left": PAIRS[LANGUAGE][0],
    "right": PAIRS[LANGUAGE][1],
    "method": METHODS[0],
    "beam_width": 4,
    "length_penalty": 1.0,
    "stopping": "heuristic",
    "max_length": 64,
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
    "passes": 10,
    "n_length": 5,
    "strategy": STRATEGIES[0],
    "picked": "",
    "seed": 0,
}
"""Everything that changes a run besides the sentence, in the order of the page's inputs."""


def run(sentence: Any = None, *chosen, forces=(), progress=NO_PROGRESS) -> DecodingTrace:
    """The sentence through both models; torch is imported with the first run, after the page has opened.

    chosen: values in the order of DEFAULTS; where there are fewer, the rest are the defaults.
    """
    from models.translation import beam_search, mask_predict
    from models.translation.decoding import decode

    own = DEFAULTS | dict(zip(DEFAULTS, chosen, strict=False))
    search = beam_search.Settings(
        **{name: own[name] for name in ("method", "beam_width", "length_penalty", "max_length", "seed")},
        **{name: own[name] for name in ("temperature", "top_k", "top_p")},
        early_stopping=STOPPING.get(str(own["stopping"]), own["stopping"]),
    )
    picked = mask_predict.positions(own["picked"]) if own["strategy"] == "picked" else ()
    refine = mask_predict.Settings(own["passes"], own["n_length"], own["strategy"], picked, own["seed"])
    person = reference(sentence, own["language"])
    request = json.dumps([sentence, *own.values()])
    models = (own["left"], own["right"])
    return decode(sentence, models, search, refine, own["language"], person, request, forces, progress)


def rerun(choice, progress=NO_PROGRESS) -> DecodingTrace:
    """The run that a click on its tree asks for: the same, with tokens forced."""
    from models.translation.decoding import forced

    request, forces = forced(choice)
    return run(*json.loads(request), forces=forces, progress=progress)


def first() -> DecodingTrace:
    """What a visitor sees before their own sentence."""
    return run(FIRST)


def show(seen: DecodingTrace, text: Text, owner: gr.HTML | None = None) -> list:
    """Values for the views, in the order of `build`: the outputs on the left, then the widget and what was measured."""
    return [
        translations.outputs(seen, text),
        send(decoding.facts(seen), decoding.arrays(seen), owner),
        translations.claim(seen, text),
    ]


def clicked(event: gr.EventData) -> dict:
    """What the widget sends: the request of its run and the tokens to force; `count` makes each click a new one."""
    return event._data


def settings(text: Text) -> list:
    """All that changes the run besides sentence and language, in the order of DEFAULTS."""

    def slider(key: str, minimum: float, maximum: float, step: float = 1) -> gr.Slider:
        label = text(f"decoding.input.{key}")
        return gr.Slider(minimum, maximum, value=DEFAULTS[key], step=step, label=label, interactive=True)

    def radio(key: str, values: Iterable[str]) -> gr.Radio:
        choices = [(text(f"decoding.choice.{key}.{value}"), value) for value in values]
        return gr.Radio(choices, value=DEFAULTS[key], label=text(f"decoding.input.{key}"), interactive=True)

    method, width, passes = radio("method", METHODS), slider("beam_width", 1, 8), slider("passes", 1, 10)
    with gr.Accordion(text("decoding.more"), open=False):
        left = choose_model(
            text, text("decoding.input.autoregressive"), [*(pair[0] for pair in PAIRS.values()), BASELINE]
        )
        rights = [*(pair[1] for pair in PAIRS.values()), *CONTRASTS.values()]
        right = choose_model(text, text("decoding.input.non_autoregressive"), rights)
        penalty, stopping = slider("length_penalty", -1, 2, 0.1), radio("stopping", STOPPING)
        longest, temperature = slider("max_length", 1, 100), slider("temperature", 0.1, 2, 0.1)
        top_k, top_p = slider("top_k", 0, 100), slider("top_p", 0.05, 1, 0.05)
        lengths, strategy = slider("n_length", 1, 10), radio("strategy", STRATEGIES)
        picked = gr.Textbox(label=text("decoding.input.picked"), placeholder="2 3 5", interactive=True)
        seed = slider("seed", 0, 99)
    search = [left, right, method, width, penalty, stopping, longest, temperature, top_k, top_p]
    return [*search, passes, lengths, strategy, picked, seed]


def build(text: Text) -> None:
    """Sentence and settings on the left, both decoders on the right."""
    saved = show(DecodingTrace.load(saved_run("decoding")), text)
    with gr.Row():
        with gr.Column(scale=1, min_width=260, elem_classes="controls"):
            sentence = gr.Textbox(FIRST, label=text("decoding.input.sentence"), lines=2, max_lines=6, interactive=True)
            languages = [(text(f"decoding.choice.language.{language}"), language) for language in PAIRS]
            language = gr.Radio(languages, value=LANGUAGE, label=text("decoding.input.language"), interactive=True)
            label = text("decoding.examples")
            samples = gr.Dataset(components=[sentence], label=label, layout="gallery", **listed(LANGUAGE))
            start = controls(text, text("decoding.run"), text("decoding.saved"))
            outputs = gr.Markdown(saved[0])
            chosen = settings(text)
            gr.Markdown(text("decoding.credits"), elem_classes="small")
        with gr.Column(scale=3, min_width=280):
            gr.Markdown(text("decoding.view.decode.see"), elem_classes="see")
            drawing = widget("decoding", text, saved[1])
            claim = gr.Markdown(saved[2], elem_classes="claim")
            gr.Markdown(text("decoding.view.decode.checks"), elem_classes="claim")
    click, inputs = gr.JSON(visible=False), [sentence, language, *chosen]
    drawing.select(clicked, None, click, **QUICK)
    language.input(pair, language, [*chosen[:2], samples], **QUICK)
    picked = samples.click(lambda row: row[0], samples, sentence, **QUICK)
    connect(
        text,
        start,
        also=[sentence.submit, picked.success],
        choices=inputs,
        inputs=inputs,
        run=lambda *values: run(*values[:-1], progress=values[-1]),
        show=lambda seen: show(seen, text, drawing),
        outputs=[outputs, drawing, claim],
        others=[(click.change, [click], rerun)],
        checked=False,
    )


def pair(language: str) -> list:
    """The models and the example sentences of a language."""
    known = language if language in PAIRS else LANGUAGE
    return [*PAIRS[known], gr.Dataset(**listed(known))]


def listed(language: str) -> dict[str, Any]:
    """The examples of a language; Gradio cuts what is longer than 60 characters."""
    return {"samples": [[line] for line in examples(language)]}


EXHIBIT = Exhibit("decoding", build, first)
