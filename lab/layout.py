"""An exhibit as one sees it: inputs on the left, views on the right. The only place that lays out an exhibit."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Input
from lab.inputs.lines import Lines
from lab.inputs.photo import Photo
from lab.inputs.sentence import Sentence
from lab.question import defaults
from lab.text import Text
from lab.truth import line
from lab.widget import widget

TABLE = "table"
"""The tab of the rows that views with a verdict have."""

FOLD = '<button type="button" data-lab="controls" aria-expanded="false">{words}</button>'
"""Opens the inputs on a phone, where the figure comes first."""
FILE = """<div class="lab-file" data-field="{field}" data-maximum="{maximum}" data-long="{long}" data-filled="{filled}"
 data-unreadable="{unreadable}"><label>{choose}<input type="file" accept=".csv,.tsv,.txt,text/*"></label>
 <p role="status"></p></div>"""
"""Fills a field with the text of a file, in the browser (core/field.js)."""
FOCUS = (
    '.row:has([data-tab-id="{view}"][aria-selected="true"]) > .controls.of-{exhibit} :is({away}) {{ display: none }}'
)
"""Hides inputs beside a view, by classes."""
MORE = "more"
TROUBLE = '<p role="alert">${value || ""}</p>'


@dataclass(frozen=True)
class Parts:
    """The components of one view; None where it has none."""

    widget: gr.HTML | None = None
    claim: gr.Markdown | None = None
    truth: gr.Markdown | None = None
    verdict: gr.Markdown | None = None


@dataclass
class Board:
    """The components of an exhibit, by name."""

    door: gr.HTML
    """Nothing to see: how links come in, and what the address is to say."""
    start: gr.Button
    stop: gr.Button
    status: gr.Markdown
    note: gr.Markdown
    trouble: gr.HTML
    """Above the views: what went wrong, in one sentence."""
    inputs: dict[str, Any] = field(default_factory=dict)
    starts: list[Any] = field(default_factory=list)
    """The events that start a run."""
    picks: list[Callable[..., Any]] = field(default_factory=list)
    """How to listen to an example that was picked, which starts a run too."""
    at_once: list[Any] = field(default_factory=list)
    """Inputs that start a run when they change."""
    samples: dict[gr.Dataset, Callable[[str], list[list[str]]]] = field(default_factory=dict)
    """Examples that depend on a choice, and how to list them."""
    tabs: dict[str, gr.Tab | None] = field(default_factory=dict)
    """By view, or TABLE; None where a single view needs no tab."""
    selection: gr.Tabs | None = None
    """Of these tabs; None where there are none."""
    views: dict[str, Parts] = field(default_factory=dict)

    def outputs(self) -> list[Any]:
        """All that an answer may change."""
        parts = [part for one in self.views.values() for part in vars(one).values() if part]
        return [*parts, self.status, self.note, self.trouble, self.stop, self.door]


def build(exhibit: Exhibit, text: Text, door: gr.HTML) -> Board:
    """Lay out an exhibit; its views are empty until it is opened. door: stands outside, where it is there at once."""
    with gr.Row():
        with gr.Column(scale=1, min_width=260, elem_classes=["controls", f"of-{exhibit.name}"]):
            board = lay_out_inputs(exhibit, text, door)
        with gr.Column(scale=3, min_width=280, elem_classes="lab-column"):
            board.trouble.render()
            board.note.render()
            lay_out_views(exhibit, text, board)
    return board


def lay_out_inputs(exhibit: Exhibit, text: Text, door: gr.HTML) -> Board:
    """What the visitor sets, the buttons, what is going on, and the views that stand beside the inputs."""
    name = exhibit.name
    shown = [one for one in exhibit.inputs if not one.hidden]
    content = [one for one in shown if isinstance(one, Photo | Sentence)]
    board = Board(
        door=door,
        start=gr.Button(text(f"{name}.run"), variant="primary", min_width=100, render=False),
        stop=gr.Button(text("run.stop"), visible=False, min_width=100, render=False),
        status=gr.Markdown(elem_classes="small status", render=False),
        note=gr.Markdown(elem_classes="lab-note", render=False),
        trouble=gr.HTML(html_template=TROUBLE, elem_classes="lab-trouble", render=False),
    )
    gr.HTML(FOLD.format(words=escape(text("page.controls"))), elem_classes="lab-fold")
    lay_out_settings([one for one in content if not one.more], exhibit, text, board)
    with gr.Row():
        board.start.render()
        board.stop.render()
    board.starts.append(board.start.click)
    board.status.render()
    for _, view in exhibit.views.values():
        if view.aside:
            board.views[view.name] = lay_out_parts(view, exhibit, text)
    settings = [one for one in shown if one.name not in board.inputs]
    lay_out_settings([one for one in settings if not one.more], exhibit, text, board)
    if more := [one for one in settings if one.more]:
        with gr.Accordion(text(f"{name}.{MORE}"), open=False, elem_classes=f"takes-{MORE}"):
            lay_out_settings(more, exhibit, text, board)
    if said := credits(exhibit, content, text):
        gr.Markdown(said, elem_classes="small")
    if exhibit.focused:
        gr.HTML(f"<style>{focus(exhibit)}</style>", padding=False)
    return board


def credits(exhibit: Exhibit, content: Sequence[Input], text: Text) -> str:
    """Whose the example photos and sentences are, and the data that models learned from; "" where there are none."""
    kinds = {"photo": Photo, "sentence": Sentence}
    rooms = [room for room, kind in kinds.items() if any(isinstance(one, kind) for one in content)]
    keys = [f"{room}.credits" for room in (*rooms, exhibit.name)]
    return "\n\n".join(text(key) for key in keys if text.has(key))


def focus(exhibit: Exhibit) -> str:
    """Style that hides each input beside the views whose run does not take it, and what holds only such inputs."""
    more = {one.name for one in exhibit.inputs if one.more}

    def away(run: Run) -> str:
        names = [one.name for one in exhibit.inputs if not one.hidden and one.name not in run.inputs]
        names += [] if more & set(run.inputs) else [MORE]
        return ", ".join(f".takes-{name}" for name in names)

    rules = ((view, away(run)) for view, (run, _) in exhibit.views.items())
    return " ".join(FOCUS.format(view=view, exhibit=exhibit.name, away=names) for view, names in rules if names)


def lay_out_settings(settings: list[Input], exhibit: Exhibit, text: Text, board: Board) -> None:
    """Their components, one below the other; what a sentence follows stands beside it."""
    for one in settings:
        if isinstance(one, Photo):
            lay_out_photo(one, exhibit, text, board)
        elif isinstance(one, Sentence):
            lay_out_sentence(one, exhibit, text, board)
        elif isinstance(one, Lines):
            lay_out_lines(one, exhibit, text, board)
        elif one.name not in board.inputs:
            board.inputs[one.name] = component_of(one, exhibit, text)


def component_of(one: Input, exhibit: Exhibit, text: Text) -> Any:
    """An input's component, with what the page in this language opens with."""
    component, value = one.component(text, exhibit.name), defaults(exhibit, text.language)[one.name]
    if value != one.default:
        component.value = one.shown(value)
    component.elem_classes = [*(component.elem_classes or []), *taken(one)]
    return component


def taken(one: Input) -> list[str]:
    """The class of all that belongs to an input, by which `focus` hides it."""
    return [f"takes-{one.name}"]


def lay_out_photo(one: Photo, exhibit: Exhibit, text: Text, board: Board) -> None:
    """A photo and the example photos; a new one starts a run at once."""
    component = board.inputs[one.name] = component_of(one, exhibit, text)
    examples = one.examples(text, component)
    examples.dataset.elem_classes = taken(one)
    board.starts.append(component.upload)
    board.picks.append(examples.load_input_event.success)
    board.at_once.append(component)


def lay_out_sentence(one: Sentence, exhibit: Exhibit, text: Text, board: Board) -> None:
    """A sentence, the choice that it follows, and examples for it; a clicked one starts a run at once."""
    component = board.inputs[one.name] = component_of(one, exhibit, text)
    leader = exhibit.input(one.follows)
    board.inputs[leader.name] = component_of(leader, exhibit, text)
    dataset = one.samples(text, component, defaults(exhibit, text.language)[leader.name])
    dataset.elem_classes = taken(one)
    picked = dataset.click(lambda row: row[0], dataset, component, queue=False, api_visibility="private")
    board.samples[dataset] = one.rows
    board.starts.append(component.submit)
    board.picks.append(picked.success)


def lay_out_lines(one: Lines, exhibit: Exhibit, text: Text, board: Board) -> None:
    """A field of lines, and a file that fills it; who writes there has chosen what is their own."""
    field = board.inputs[one.name] = component_of(one, exhibit, text)
    said = {"long": text("input.file.long", name="{name}", maximum=f"{one.maximum:,}")}
    said |= {word: text(f"input.file.{word}") for word in ("choose", "filled", "unreadable")}
    words = {name: escape(words) for name, words in said.items()}
    gr.HTML(FILE.format(field=one.field, maximum=one.maximum, **words), elem_classes=taken(one))
    for choice, value in one.only.items():
        field.input(None, None, board.inputs[choice], js=f"() => {json.dumps(value)}", api_visibility="private")


def lay_out_views(exhibit: Exhibit, text: Text, board: Board) -> None:
    """A tab for each view, and before them the table where views have a row in it; no tabs where there is one view."""
    views = [view for _, view in exhibit.views.values() if not view.aside]
    if len(views) == 1:
        board.tabs[views[0].name] = None
        lay_out_view(views[0], exhibit, text, board)
        return
    verdicts: dict[str, gr.Markdown] = {}
    buttons: dict[str, gr.Button] = {}
    with gr.Tabs(elem_classes="lab-views", overflow_behavior="wrap") as board.selection:
        if rows := [view for view in views if view.verdict]:
            with gr.Tab(text(f"{exhibit.name}.{TABLE}"), id=TABLE) as board.tabs[TABLE]:
                gr.Markdown(text(f"{exhibit.name}.see"), elem_classes="see")
                with gr.Row(elem_classes="table-row head"):
                    for words in ("", text("run.on_slides"), text("run.measured_here")):
                        gr.Markdown(words)
                for view in rows:
                    buttons[view.name], verdicts[view.name] = lay_out_row(view, exhibit, text)
        for view in views:
            with gr.Tab(text(f"{exhibit.name}.view.{view.name}.tab"), id=view.name) as board.tabs[view.name]:
                lay_out_view(view, exhibit, text, board, verdicts.get(view.name))
    for name, button in buttons.items():
        chosen = partial(gr.Tabs, selected=name)
        button.click(chosen, None, board.selection, queue=False, api_visibility="private")


def lay_out_row(view: View, exhibit: Exhibit, text: Text) -> tuple[gr.Button, gr.Markdown]:
    """A row of the table: a button that opens the view, what the slide says, and what was measured."""
    words = f"{exhibit.name}.view.{view.name}"
    with gr.Row(elem_classes="table-row"):
        button = gr.Button(text(f"{words}.row"), min_width=120, scale=1)
        gr.Markdown(text(f"{words}.slide"), elem_classes="slide")
        return button, gr.Markdown(text("run.not_yet"), elem_classes="verdict")


def lay_out_view(view: View, exhibit: Exhibit, text: Text, board: Board, verdict: gr.Markdown | None = None) -> None:
    """What one sees, the view itself, what was measured, what kind of truth that is, and the claim that it checks."""
    words = f"{exhibit.name}.view.{view.name}"
    gr.Markdown(text(f"{words}.see"), elem_classes="see")
    parts = lay_out_parts(view, exhibit, text)
    board.views[view.name] = replace(parts, verdict=verdict)
    gr.Markdown(text(f"{words}.checks"), elem_classes="claim")


def lay_out_parts(view: View, exhibit: Exhibit, text: Text) -> Parts:
    """The view's widget, its sentence and its kind of truth, without an answer; beside the inputs hidden until then."""
    shown = not view.aside
    place = [] if shown else [f"lab-aside-{view.name}"]
    drawn = widget(view, exhibit, text, visible=shown, elem_classes=place) if view.widget else None
    claim = gr.Markdown(elem_classes=[*place, "claim" if shown else "small"], visible=shown) if view.claim else None
    truth = gr.Markdown(line(exhibit, view, text), elem_classes=[*place, "small", "truth"], visible=shown)
    return Parts(drawn, claim, truth)
