"""Decoding: beam search beside mask-predict, step by step, on the visitor's own sentence."""

from typing import Any

import gradio as gr

from lab.exhibit import Exhibit, saved_run
from lab.sentences import examples, reference
from lab.text import Text
from lab.views import decoding, translations
from lab.widget import send, widget
from lab.wiring import connect, controls
from models.traces import DecodingTrace

PAIRS = {"de": ("marian-multi30k", "cmlm-multi30k"), "zh": ("marian-tatoeba", "cmlm-tatoeba")}
"""The bundled models by the language that they translate into: autoregressive, non-autoregressive."""
CONTRAST = {"cmlm-multi30k": "cmlm-multi30k-raw"}
"""The same model trained on raw instead of distilled data."""
LANGUAGE = "de"
LEFT, RIGHT = PAIRS[LANGUAGE]
FIRST = examples(LANGUAGE)[0]
METHODS = ("beam", "greedy", "sample")
STOPPING = ("heuristic", "at_once", "never")
STRATEGIES = ("lowest", "random", "left_to_right", "picked")


def run(
    sentence,
    language=LANGUAGE,
    left=LEFT,
    right=RIGHT,
    method="beam",
    beam_width=4,
    length_penalty=1.0,
    stopping="heuristic",
    max_length=64,
    temperature=1.0,
    top_k=0,
    top_p=1.0,
    passes=10,
    n_length=5,
    strategy="lowest",
    picked="",
    choice=None,
    progress=None,
) -> DecodingTrace:
    """The sentence through both models; torch is imported with the first run, after the page has opened."""
    from models.translation import beam_search, mask_predict
    from models.translation.decoding import decode, forced

    search = beam_search.Settings(
        method=method,
        beam_width=beam_width,
        length_penalty=length_penalty,
        early_stopping={"heuristic": False, "at_once": True}.get(stopping, stopping),
        max_length=max_length,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
    )
    refine = mask_predict.Settings(passes, n_length, strategy, mask_predict.positions(picked))
    inputs = [sentence, language, left, right, method, beam_width, length_penalty, stopping, max_length]
    force = forced(choice, [*inputs, temperature, top_k, top_p, passes, n_length, strategy, picked])
    person = reference(sentence, language)
    return decode(sentence, (left, right), search, refine, person, CONTRAST.get(right), force, progress)


def first() -> DecodingTrace:
    """What a visitor sees before their own sentence."""
    return run(FIRST)


def show(seen: DecodingTrace, text: Text, owner: gr.HTML | None = None) -> list:
    """Values for the views, in the order of `build`: the outputs on the left, then the widget and what was measured."""
    return [
        translations.outputs(seen, text),
        send(decoding.facts(seen, seen.search.force), decoding.arrays(seen), owner),
        translations.claim(seen, text),
    ]


def force(event: gr.EventData, *inputs) -> dict | None:
    """The token that a click forces, and the inputs of the run that it belongs to."""
    data = event._data
    return {"at": data, "inputs": list(inputs)} if data else None


def settings(text: Text) -> list:
    """All that changes the run besides sentence and language, in the order of `run`."""

    def slider(key: str, minimum: float, maximum: float, value: float, step: float = 1) -> gr.Slider:
        return gr.Slider(minimum, maximum, value, step=step, label=text(f"decoding.{key}"), interactive=True)

    def radio(key: str, values: tuple[str, ...]) -> gr.Radio:
        choices = [(text(f"decoding.{value}"), value) for value in values]
        return gr.Radio(choices, value=values[0], label=text(f"decoding.{key}"), interactive=True)

    def model(key: str, names: list[str]) -> gr.Dropdown:
        choices = [(text("patches.bundled", name=name), name) for name in names]
        label, info = text(f"decoding.{key}"), text("patches.model_info")
        return gr.Dropdown(choices, label=label, info=info, allow_custom_value=True, interactive=True)

    method, width, passes = radio("method", METHODS), slider("beam_width", 1, 8, 4), slider("passes", 1, 10, 10)
    with gr.Accordion(text("decoding.more"), open=False):
        left = model("left", [pair[0] for pair in PAIRS.values()])
        right = model("right", [*(pair[1] for pair in PAIRS.values()), *CONTRAST.values()])
        penalty, stopping = slider("length_penalty", -1, 2, 1, 0.1), radio("stopping", STOPPING)
        longest, temperature = slider("max_length", 1, 100, 64), slider("temperature", 0.1, 2, 1, 0.1)
        top_k, top_p = slider("top_k", 0, 100, 0), slider("top_p", 0.05, 1, 1, 0.05)
        lengths, strategy = slider("n_length", 1, 10, 5), radio("strategy", STRATEGIES)
        picked = gr.Textbox(label=text("decoding.positions"), placeholder="2 3 5", interactive=True)
    search = [left, right, method, width, penalty, stopping, longest, temperature, top_k, top_p]
    return [*search, passes, lengths, strategy, picked]


def build(text: Text) -> None:
    """Sentence and settings on the left, both decoders on the right."""
    saved = show(DecodingTrace.load(saved_run("decoding")), text)
    with gr.Row():
        with gr.Column(scale=1, min_width=260, elem_classes="controls"):
            sentence = gr.Textbox(FIRST, label=text("decoding.sentence"), lines=2, max_lines=6, interactive=True)
            languages = [(text(f"decoding.to_{language}"), language) for language in PAIRS]
            language = gr.Radio(languages, value=LANGUAGE, label=text("decoding.language"), interactive=True)
            samples = gr.Dataset(
                components=[sentence],
                label=text("decoding.examples"),
                layout="gallery",
                **listed(LANGUAGE),
            )
            start = controls(text, text("decoding.run"), text("decoding.saved"))
            outputs = gr.Markdown(saved[0])
            chosen = settings(text)
        with gr.Column(scale=3, min_width=280):
            gr.Markdown(text("decoding.see"), elem_classes="see")
            drawing = widget("decoding", text, saved[1])
            claim = gr.Markdown(saved[2], elem_classes="claim")
            gr.Markdown(text("decoding.checks"), elem_classes="claim")
    forced = gr.JSON(visible=False)
    inputs = [sentence, language, *chosen]
    quick: Any = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    drawing.select(force, inputs, forced, **quick)
    language.input(pair, language, [*chosen[:2], samples], **quick)
    picked = samples.click(lambda row: row[0], samples, sentence, **quick)
    connect(
        text,
        start,
        also=[sentence.submit, picked.success, forced.change],
        choices=inputs,
        inputs=[*inputs, forced],
        run=run,
        show=lambda seen: show(seen, text, drawing),
        outputs=[outputs, drawing, claim],
    )


def pair(language: str) -> list:
    """The models and the example sentences of a language."""
    left, right = PAIRS[language]
    return [left, right, gr.Dataset(**listed(language))]


def listed(language: str) -> dict[str, Any]:
    """The examples of a language, each shown whole."""
    lines = examples(language)
    return {"samples": [[line] for line in lines], "sample_labels": lines}


EXHIBIT = Exhibit("decoding", build, first)
