"""connect(): what visitors do becomes questions; lab/answering.py answers them. The only event wiring.

One kind of event serves all of an exhibit: it is started by the button, by an input that starts a run, by a tab that is
opened, and by what a widget asks for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, wraps
from typing import Any

import gradio as gr

from lab import links
from lab.actions import overrides
from lab.answering import Answering
from lab.clients import NOBODY, Client
from lab.computing import make_ready
from lab.exhibit import Exhibit
from lab.inputs.kinds import Input
from lab.inputs.sentence import Sentence
from lab.layout import Board
from lab.question import defaults
from lab.screen import FILE, Screen, Step
from lab.seen import Visit
from lab.text import Text
from models.errors import InputError

MAX_THREADS = 400
"""Visitors who may wait for an answer at the same time, each in a thread that sleeps."""
UNQUEUED: Any = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""Options for handlers that answer at once, outside the queue."""


class Wiring:
    """The events of one exhibit on one page."""

    def __init__(self, exhibit: Exhibit, text: Text, board: Board) -> None:
        self.exhibit, self.text, self.board = exhibit, text, board
        self.screen = Screen(exhibit, text, board)
        self.answering = Answering(exhibit, text, self.screen)
        asked = defaults(exhibit, text.language)
        self.visit = gr.State(Visit(next(iter(board.tabs)), asked, asked))

    def register(
        self, listen: Callable[..., Any], answer: Callable[..., Iterator[Step]], *inputs: Any, changes: Sequence = ()
    ) -> None:
        """Answer an event; it gets dictionaries by component, and who asks, and gives dictionaries by component.

        changes: what it may change besides the board's outputs.
        """
        event = listen(
            self.ending_with_skip(answer),
            {self.visit, self.board.door, *inputs},
            [*self.board.outputs(), *changes],
            concurrency_id="runs",
            concurrency_limit=None,
            trigger_mode="multiple",
            show_progress="hidden",
            api_visibility="private",
            preprocess=False,
        )
        event.failure(None, js=js_run_failed(self.exhibit))

    def ending_with_skip(self, answer: Callable[..., Iterator[Step]]) -> Callable[..., Iterator[Step]]:
        """The same listener, which ends with a step that changes nothing.

        Gradio repeats a generator's last step when it ends, over what a newer event has shown meanwhile; and it empties
        the outputs of one that gives nothing.
        """

        @wraps(answer)
        def listener(*data: Any, **named: Any) -> Iterator[Step]:
            yield from filter(None, answer(*data, **named))
            yield {self.board.status: gr.skip()}

        return listener

    def visiting(self, data: dict[Any, Any], request: gr.Request | None) -> Visit:
        """The visit, which knows who asks."""
        visit: Visit = data[self.visit]
        if visit.client == NOBODY and isinstance(told := data.get(self.board.door), dict):
            self.resume(visit, told)
        if request:
            visit.client = Client(request.client.host if request.client else "", request.session_hash or "")
        return visit

    def resume(self, visit: Visit, told: Mapping[str, Any]) -> None:
        """A visit that this process does not know, of a page that it has shown before a restart: the page tells of it.

        told: what the exhibit's door was given there, from the browser.
        """
        texts, files = ({**found} if isinstance(found := told.get(name), dict) else {} for name in ("asked", "files"))
        paths = {name: str(file).removeprefix(FILE) for name, file in files.items() if name in texts}
        link = links.read(self.exhibit, texts | {name: {"path": path} for name, path in paths.items()})
        visit.asked = visit.settled = {one.name: one.kept(link.sent[one.name]) for one in self.exhibit.inputs}
        if isinstance(view := told.get("view"), str) and view in self.board.tabs:
            visit.tab = view

    def pressed(self, data: dict[Any, Any], request: gr.Request | None = None) -> Iterator[Step]:
        """The button, or an input that starts a run: everything is asked anew, what is open is answered."""
        visit = self.visiting(data, request)
        yield from self.answering.answered(visit, self.submitted(visit, data))

    def submitted(self, visit: Visit, data: Mapping[Any, Any]) -> dict[str, Any]:
        """The values of the components, by the input's name; hidden inputs that last keep what was asked."""
        hidden = [one for one in self.exhibit.inputs if one.hidden]
        values = {one.name: visit.asked[one.name] if one.lasts else one.default for one in hidden}
        return values | {name: data[component] for name, component in self.board.inputs.items()}

    def opened(self, data: dict[Any, Any], tab: str = "", request: gr.Request | None = None) -> Iterator[Step]:
        """A tab, or with "" the exhibit itself: what it shows belongs to what was asked last.

        What need not be computed is shown at once, and what belongs to another question is taken away; then what is
        missing in the open tab is computed.
        """
        visit, seen, step = self.visiting(data, request), self.answering.seen, {}
        visit.tab = tab or visit.tab
        for run in self.exhibit.runs:
            step |= self.answering.known(visit, run) or seen.outdated(visit, run)
        if all(seen.is_answered(visit, run) for run in self.screen.runs(visit.tab)):
            visit.settle()
        step |= seen.note(visit)
        yield step | self.screen.told(visit.tab, visit.settled, opened=True) | {self.board.trouble: ""}
        yield from self.answering.answered(visit, visit.asked, again=False)
        for run in self.screen.runs(visit.tab):
            make_ready(self.exhibit, run, self.text.language)

    def linked(
        self, data: dict[Any, Any], asked: Any, outside: gr.Tabs, request: gr.Request | None = None
    ) -> Iterator[Step]:
        """A link: {"view": name, "asked": {input: text}}; what it cannot have is left out, and named.

        outside: the tabs of the exhibits.
        """
        visit, board = self.visiting(data, request), self.board
        link = links.read(self.exhibit, asked.get("asked") if isinstance(asked, dict) else None)
        view = asked.get("view") if isinstance(asked, dict) else None
        visit.ask({one.name: one.kept(link.sent[one.name]) for one in self.exhibit.inputs})
        shown = {name: self.exhibit.input(name).shown(visit.asked[name]) for name in board.inputs}
        step: Step = {part: gr.update(value=shown[name]) for name, part in board.inputs.items()}
        for one in self.exhibit.inputs:
            if isinstance(one, Sentence):
                step |= follow(shown[one.follows], board, [])
        tab = view if isinstance(view, str) and view in board.tabs else next(iter(board.tabs))
        if board.selection:
            step[board.selection] = gr.Tabs(selected=tab)
        yield step | {outside: gr.Tabs(selected=self.exhibit.name)}
        self.screen.warn(link.left_out, "" if view in (None, tab) else str(view)[:80])
        yield from self.opened(data, tab, request)

    def acted(self, data: dict[Any, Any], asked: Any, request: gr.Request | None = None) -> Iterator[Step]:
        """What a widget asks for: what was asked last, with a hidden input set."""
        visit = self.visiting(data, request)
        try:
            sent = visit.asked | overrides(self.exhibit, asked)
        except InputError as error:
            visit.older = True
            yield from self.answering.failed(visit, self.text.error(error, self.exhibit.name), anew=True)
            return
        yield from self.answering.answered(visit, sent)

    def stop(self, data: Mapping[Any, Any]) -> None:
        """The Stop button: the run says so itself, in its last step, which no earlier one can overtake."""
        visit: Visit = data[self.visit]
        visit.stopped = visit.request
        if visit.watched:
            visit.watched.notify()


def connect(exhibit: Exhibit, text: Text, board: Board, outside: gr.Tabs, opening: Sequence[Any]) -> Wiring:
    """Wire an exhibit. outside: the tabs of the exhibits; opening: the events that open this one.

    Events that ask alike are one to Gradio: its script takes time for each when a page opens.
    """
    wiring = Wiring(exhibit, text, board)
    for listen in (partial(gr.on, board.starts), *board.picks):
        wiring.register(listen, wiring.pressed, *board.inputs.values())
    tabs = {tab: name for name, tab in board.tabs.items() if tab}
    wiring.register(partial(gr.on, [*opening, *(tab.select for tab in tabs)]), opens(wiring, tabs))
    changes = [*board.inputs.values(), *(one for one in (outside, board.selection) if one), *board.samples]
    wiring.register(board.door.act, comes_in(wiring, outside), changes=changes)
    board.stop.click(wiring.stop, {wiring.visit}, js=js_run_failed(exhibit), preprocess=False, **UNQUEUED)
    later = [component.input for component in board.inputs.values() if component not in board.at_once]
    gr.on(later, lambda: text("run.changed"), None, board.note, **UNQUEUED)
    for name, component in board.inputs.items():
        followers = [one for one in exhibit.inputs if one.follows == name]
        if followers:
            parts = [board.inputs[one.name] for one in followers]
            followed = partial(chosen, component=component, board=board, followers=followers)
            component.input(followed, {component, *parts}, [*parts, *board.samples], preprocess=False, **UNQUEUED)
    return wiring


def opens(wiring: Wiring, tabs: Mapping[Any, str]) -> Callable[..., Iterator[Step]]:
    """The listener to tabs, by the name of their view; Gradio tells by the annotations what it wants."""

    def opened(data: dict[Any, Any], request: gr.Request, event: gr.EventData) -> Iterator[Step]:
        yield from wiring.opened(data, tabs.get(event.target, ""), request)

    return opened


def comes_in(wiring: Wiring, outside: gr.Tabs) -> Callable[..., Iterator[Step]]:
    """The listener to an exhibit's door, by which links and widgets ask. outside: the tabs of the exhibits."""

    def came_in(data: dict[Any, Any], request: gr.Request, event: gr.EventData) -> Iterator[Step]:
        asked: Any = event._data
        if isinstance(asked, dict) and "action" in asked:
            yield from wiring.acted(data, asked, request)
        elif isinstance(asked, dict) and "again" in asked:
            yield from wiring.opened(data, request=request)
        else:
            yield from wiring.linked(data, asked, outside, request)

    return came_in


def chosen(data: dict[Any, Any], component: Any, board: Board, followers: Sequence[Input]) -> Step:
    """What follows an input that a visitor changes; the visitor's own text stays."""
    texts = {one.name: data[board.inputs[one.name]] for one in followers if one.own}
    own = {one.name for one in followers if one.own and texts[one.name] not in ("", None, *one.defaults.values())}
    return follow(data[component], board, [one for one in followers if one.name not in own])


def follow(value: Any, board: Board, followers: Sequence[Input]) -> Step:
    """The defaults of what follows an input, and its examples; nothing where its value is none that a page has."""
    if not isinstance(value, str):
        return dict.fromkeys(board.samples, gr.skip())
    values = {board.inputs[one.name]: one.defaults[value] for one in followers if value in one.defaults}
    return values | {sample: gr.Dataset(samples=rows(value)) for sample, rows in board.samples.items()}


def js_run_failed(exhibit: Exhibit) -> str:
    """Tells the exhibit's widgets that a run ended without a trace, so that none goes on waiting for it."""
    told = f"dispatchEvent(new CustomEvent('lab-unanswered', {{detail: '{exhibit.name}'}}))"
    return f"(...data) => {{ {told}; return data; }}"
