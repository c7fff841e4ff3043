"""connect(): what visitors do becomes questions, and answers become what they see. The only event wiring.

One kind of event serves all of an exhibit: it is started by the button, by an input that starts a run, by a tab that is
opened, and by what a widget asks for.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, wraps
from typing import Any

import gradio as gr

from lab import links
from lab.actions import overrides
from lab.clients import Client, streams
from lab.computing import Answer, computations, make_ready
from lab.exhibit import Exhibit, Run
from lab.inputs.kinds import Input
from lab.inputs.sentence import Sentence
from lab.layout import Board
from lab.question import Question, ask, defaults, remembered
from lab.screen import Screen, Step
from lab.seen import Seen, Visit
from lab.text import Text
from models.errors import InputError

log = logging.getLogger(__name__)
PROGRESS_SECONDS = 0.4
"""Before a run shows its Stop button, and between two signs of progress of a few runs; of many there are fewer signs,
which would take the time from the runs: of 80 students' signs the server computed a fifth of what it can."""
FEW = 4
MAX_THREADS = 400
"""Visitors who may wait for an answer at the same time, each in a thread that sleeps."""
UNQUEUED: Any = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""Options for handlers that answer at once, outside the queue."""


class Wiring:
    """The events of one exhibit on one page."""

    def __init__(self, exhibit: Exhibit, text: Text, board: Board) -> None:
        self.exhibit, self.text, self.board = exhibit, text, board
        self.screen = Screen(exhibit, text, board)
        self.seen = Seen(exhibit, self.screen)
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
            {self.visit, *inputs},
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
        if request:
            visit.client = Client(request.client.host if request.client else "", request.session_hash or "")
        return visit

    def pressed(self, data: dict[Any, Any], request: gr.Request | None = None) -> Iterator[Step]:
        """The button, or an input that starts a run: everything is asked anew, what is open is answered."""
        visit = self.visiting(data, request)
        yield from self.answered(visit, self.submitted(visit, data))

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
        visit = self.visiting(data, request)
        step = self.screen.note("run.older", anew=self.seen.unfinished(visit))
        visit.tab = tab or visit.tab
        for run in self.exhibit.runs:
            step |= self.known(visit, run) or self.seen.outdated(visit, run)
        if all(self.seen.is_answered(visit, run) for run in self.screen.runs(visit.tab)):
            visit.settled = visit.asked
        yield step | self.screen.told(visit.tab, visit.settled, opened=True) | {self.board.trouble: ""}
        yield from self.answered(visit, visit.asked, again=False)
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
        visit.asked = {one.name: one.kept(link.sent[one.name]) for one in self.exhibit.inputs}
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

    def acted(self, data: dict[Any, Any], asked: Any, run: Run, request: gr.Request | None = None) -> Iterator[Step]:
        """What a widget asks for: what was asked last, with a hidden input set."""
        visit = self.visiting(data, request)
        try:
            sent = visit.asked | overrides(self.exhibit, run, asked)
        except InputError as error:
            yield from self.failed(visit, self.text.error(error, self.exhibit.name), anew=True)
            return
        yield from self.answered(visit, sent)

    def answered(self, visit: Visit, sent: dict[str, Any], again: bool = True) -> Iterator[Step]:
        """All that the visitor sees of what is asked, step by step. again: also where its answer is shown already.

        Where it was asked anew, the note speaks of an earlier run until the first answer; it stays where none comes.
        """
        request, anew = None, again or visit.asked is not visit.settled
        if not streams.lead_to(visit.client):
            return
        try:
            for run in self.screen.runs(visit.tab):
                question = ask(self.exhibit, run, sent)
                if not again and self.seen.is_shown(visit, question):
                    continue
                if not request:
                    request = visit.request = object()
                    if again:
                        visit.asked = {one.name: remembered(one, sent[one.name]) for one in self.exhibit.inputs}
                yield from self.answer(visit, question, again, anew)
                if visit.request is not request or visit.stopped is request:
                    return
                visit.settled, anew = visit.asked, False
        except InputError as error:
            yield from self.failed(visit, self.text.error(error, self.exhibit.name), anew)
        except Exception:
            log.exception("a run failed")
            yield from self.failed(visit, self.text("run.unexpected"), anew)
        finally:
            if request and visit.request is request:
                visit.asked = visit.settled

    def stop(self, data: Mapping[Any, Any]) -> None:
        """The Stop button: the run says so itself, in its last step, which no earlier one can overtake."""
        visit: Visit = data[self.visit]
        visit.stopped = visit.request
        if visit.watched:
            visit.watched.notify()

    def failed(self, visit: Visit, sentence: str, anew: bool) -> Iterator[Step]:
        """A sentence; what is seen belongs to one earlier run, or is as far as this one came."""
        key = "run.unfinished" if self.seen.unfinished(visit) else "run.older"
        yield from self.screen.failed(sentence, self.screen.note(key, anew))

    def answer(self, visit: Visit, question: Question, again: bool, anew: bool) -> Iterator[Step]:
        """Signs of progress and growing traces until the answer; nothing more once the visitor has asked anew."""
        screen, request = self.screen, visit.request
        known = None if again and question.run.fresh else computations.known(question)
        computation = known or computations.watch(question, visit.client.address)
        if isinstance(computation, Answer):
            shown = self.seen.show_alone(visit, question, computation)
            yield shown | screen.ended(question, computation, anew) | screen.told(visit.tab, visit.asked)
            return
        begun, partial, pause = time.perf_counter(), None, PROGRESS_SECONDS
        visit.watched = computation
        try:
            yield screen.begun(anew)
            while not computation.future.done():
                computation.wait(partial, pause, lambda: visit.stopped is request)
                pause = PROGRESS_SECONDS * max(1, len(computations.running) / FEW)
                if visit.request is not request:
                    return
                if computation.future.done():
                    break
                if visit.stopped is request:
                    yield screen.stopped()
                    return
                others = len(computations.running) - 1
                step = screen.going_on(computation, time.perf_counter() - begun, others)
                if computation.partial is not partial and (partial := computation.partial):
                    step |= self.seen.show_alone(visit, question, partial, finished=False)
                    step |= screen.note("run.unfinished", anew)
                yield step
            if visit.request is request:
                question, answer = question.now(), computation.future.result()
                shown = self.seen.show_alone(visit, question, answer)
                yield shown | screen.ended(question, answer, anew) | screen.told(visit.tab, visit.asked)
        finally:
            if visit.watched is computation:
                visit.watched = None
            computations.leave(computation)

    def known(self, visit: Visit, run: Run) -> Step:
        """What is seen of a run whose answer need not be computed, if it shows something else."""
        question = self.seen.asked(visit, run)
        answer = computations.known(question) if question else None
        if not question or not answer or self.seen.is_shown(visit, question):
            return {}
        try:
            step = self.seen.show(visit, question, answer)
        except Exception:
            log.exception("a view cannot show its run")
            return {}
        return step | (self.screen.ended(question, answer, anew=False) if run in self.screen.runs(visit.tab) else {})


def connect(exhibit: Exhibit, text: Text, board: Board, outside: gr.Tabs, opening: Sequence[Any]) -> Wiring:
    """Wire an exhibit. outside: the tabs of the exhibits; opening: the events that open this one.

    Events that ask alike are one to Gradio: its script takes time for each when a page opens.
    """
    wiring = Wiring(exhibit, text, board)
    for listen in (partial(gr.on, board.starts), *board.picks):
        wiring.register(listen, wiring.pressed, *board.inputs.values())
    tabs = {tab: name for name, tab in board.tabs.items() if tab}
    wiring.register(partial(gr.on, [*opening, *(tab.select for tab in tabs)]), opens(wiring, tabs))
    for run in exhibit.runs:
        widgets = [board.views[view.name].widget for view in run.views if run.actions]
        for widget in filter(None, widgets):
            wiring.register(widget.act, with_event(partial(wiring.acted, run=run)))
    changes = [*board.inputs.values(), *(one for one in (outside, board.selection) if one), *board.samples]
    wiring.register(board.door.act, with_event(partial(wiring.linked, outside=outside)), changes=changes)
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


def with_event(answer: Callable[..., Iterator[Step]]) -> Callable[..., Iterator[Step]]:
    """The listener to what our components ask for; Gradio tells by the annotation that it wants the event's data."""

    def listener(data: dict[Any, Any], request: gr.Request, event: gr.EventData) -> Iterator[Step]:
        yield from answer(data, event._data, request=request)

    return listener


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
