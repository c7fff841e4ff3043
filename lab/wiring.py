"""connect(): what visitors do becomes questions, and answers become what they see. The only event wiring.

Queue, progress, stop, errors and times are here, once. One event serves all of an exhibit: it is started by the button,
by an input that starts a run, by a view that is opened, and by what a widget asks for.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any

import gradio as gr

from lab.actions import overrides
from lab.computing import Answer, Computation, Stopped, computations
from lab.exhibit import Exhibit, Run
from lab.layout import TABLE, Board
from lab.question import Question, ask, defaults
from lab.text import Text, plain
from lab.widget import shown_value
from models.device import describe
from models.errors import InputError

log = logging.getLogger(__name__)
PROGRESS_SECONDS = 0.4
"""Before a run shows its Stop button, and between two signs of progress."""
MAX_WAITING = 40
"""Visitors who may wait for an answer at the same time; equal questions are computed once (lab.computing)."""
UNQUEUED: Any = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""Options for handlers that answer at once, outside the queue."""


@dataclass
class Visit:
    """What one visitor has asked of one exhibit.

    view: the open one, or layout.TABLE. asked: what was sent, by input. shown: the key of what a run shows, by run.
    turn: grows with everything that is asked; whoever answers an older turn stops.
    """

    view: str
    asked: dict[str, Any]
    shown: dict[str, str] = field(default_factory=dict)
    turn: int = 0


def js_run_failed(exhibit: Exhibit) -> str:
    """Tells the exhibit's widgets that a run ended without a trace, so that none goes on waiting for it."""
    return f"() => {{ dispatchEvent(new CustomEvent('lab-unanswered', {{detail: '{exhibit.name}'}})); return []; }}"


class Wiring:
    """The events of one exhibit on one page."""

    def __init__(self, exhibit: Exhibit, text: Text, board: Board) -> None:
        self.exhibit, self.text, self.board = exhibit, text, board
        self.visit = gr.State(Visit(next(iter(board.tabs)), defaults(exhibit)))

    def opens_with(self, listen: Callable[..., Any]) -> None:
        """What opens the exhibit: the views that need no computing are filled then."""
        self.listens(listen, self.opened)

    def listens(self, listen: Callable[..., Any], answer: Callable[..., Iterator[dict]], *inputs: Any) -> Any:
        """Answer an event; it gets, and gives, dictionaries by component."""
        event = listen(
            self.saying_something(answer),
            {self.visit, *inputs},
            self.board.outputs(),
            concurrency_id="runs",
            concurrency_limit=MAX_WAITING,
            trigger_mode="multiple",
            show_progress="hidden",
            api_visibility="private",
            preprocess=False,
        )
        event.failure(None, js=js_run_failed(self.exhibit))
        return event

    def saying_something(self, answer: Callable[..., Iterator[dict]]) -> Callable[..., Iterator[dict]]:
        """The same listener, which changes nothing instead of giving nothing: Gradio would empty its outputs."""

        @wraps(answer)
        def says(*sent: Any) -> Iterator[dict]:
            step = None
            for step in answer(*sent):
                yield step
            if step is None:
                yield {self.board.status: gr.skip()}

        return says

    # What is sent, in the form of Gradio's dictionaries: by component.

    def sent(self, data: Mapping[Any, Any]) -> dict[str, Any]:
        """What the components say, by the input's name; hidden inputs that last keep what was asked."""
        visit = data[self.visit]
        hidden = {
            one.name: visit.asked[one.name] if one.lasts else one.default for one in self.exhibit.inputs if one.hidden
        }
        return hidden | {name: data[component] for name, component in self.board.inputs.items()}

    def pressed(self, data: dict[Any, Any]) -> Iterator[dict]:
        """The button, or an input that starts a run: everything is asked anew, what is open is answered."""
        visit: Visit = data[self.visit]
        yield from self.answered(visit, self.sent(data))

    def opened(self, data: dict[Any, Any], view: str = "") -> Iterator[dict]:
        """A view, or with "" the exhibit itself: what it shows belongs to what was asked last."""
        visit: Visit = data[self.visit]
        visit.view = view or visit.view
        yield from self.answered(visit, visit.asked, again=False)
        for run in self.exhibit.runs:
            if shown := self.known(visit, run):
                yield shown

    def acted(self, data: dict[Any, Any], asked: Any, run: Run) -> Iterator[dict]:
        """What a widget asks for: what was asked last, with a hidden input set."""
        visit: Visit = data[self.visit]
        try:
            sent = visit.asked | overrides(self.exhibit, run, asked)
        except InputError as error:
            yield from self.failed(self.text.error(error, self.exhibit.name))
            return
        yield from self.answered(visit, sent)

    # Answers, in the same form.

    def answered(self, visit: Visit, sent: dict[str, Any], again: bool = True) -> Iterator[dict]:
        """All that the visitor sees of what is asked, step by step. again: also where its answer is shown already."""
        before, turn = visit.asked, 0
        try:
            for run in self.runs(visit.view):
                question = ask(self.exhibit, run, sent)
                if not again and visit.shown.get(run.name) == question.key:
                    continue
                if not turn:
                    turn = visit.turn = visit.turn + 1
                    visit.asked = {one.name: one.kept(sent[one.name]) for one in self.exhibit.inputs}
                yield from self.answer(visit, question, again)
                if visit.turn != turn:
                    return
        except InputError as error:
            visit.asked = before
            yield from self.failed(self.text.error(error, self.exhibit.name))
        except Stopped:
            visit.asked = before
        except Exception:
            visit.asked = before
            log.exception("a run failed")
            yield from self.failed(self.text("run.unexpected"))

    def runs(self, view: str) -> list[Run]:
        """The runs that an open view shows: its own, or those of all rows of the table."""
        if view == TABLE:
            return [run for run, row in self.exhibit.views.values() if row.verdict]
        return [self.exhibit.views[view][0]]

    def answer(self, visit: Visit, question: Question, again: bool) -> Iterator[dict]:
        """Signs of progress and growing traces until the answer; nothing more once the visitor has asked anew."""
        board, turn = self.board, visit.turn
        if not (again and question.run.fresh) and (known := computations.known(question)):
            yield self.shows(visit, question, known) | {board.note: ""}
            return
        begun, partial_trace, computation = time.perf_counter(), None, computations.watch(question)
        try:
            yield {board.status: self.progress(computation, 0), board.note: ""}
            while not computation.future.done():
                computation.wait(partial_trace, PROGRESS_SECONDS)
                if visit.turn != turn:
                    return
                if computation.future.done():
                    break
                told = self.progress(computation, time.perf_counter() - begun)
                step = {board.status: told, board.stop: gr.update(visible=True)}
                if computation.partial is not partial_trace and (partial_trace := computation.partial):
                    step |= self.values(question, Answer(partial_trace, 0.0, "computed"))
                yield step
            if visit.turn == turn:
                yield self.shows(visit, question, computation.future.result())
        finally:
            computations.leave(computation)

    def progress(self, computation: Computation, seconds: float) -> str:
        """What is going on, in a sentence."""
        if computation.done < computation.total:
            done, total = (f"{count / 1e6:.0f}" for count in (computation.done, computation.total))
            return self.text("run.download", done=done, total=total)
        return self.text("run.running", seconds=f"{seconds:.0f}")

    def shows(self, visit: Visit, question: Question, answer: Answer) -> dict:
        """The answer in all views of its run; what is beside the inputs and belongs to another question is hidden."""
        visit.shown[question.run.name] = question.key
        stale: dict[Any, Any] = {}
        for run in self.exhibit.runs:
            if not self.is_current(visit, run):
                stale |= self.outdated(run)
        return stale | self.values(question, answer) | self.told(answer) | {self.board.stop: gr.update(visible=False)}

    def outdated(self, run: Run) -> dict:
        """Away with what stands beside the inputs, or in the table, and belongs to another question."""
        values: dict[Any, Any] = {}
        for view in run.views:
            parts = self.board.views[view.name]
            if view.aside:
                values |= {part: gr.update(visible=False) for part in (parts.widget, parts.claim) if part}
            if parts.verdict:
                values[parts.verdict] = self.text("run.not_yet")
        return values

    def is_current(self, visit: Visit, run: Run) -> bool:
        """Whether what a run shows belongs to what was asked last."""
        return visit.shown.get(run.name) == ask(self.exhibit, run, visit.asked).key

    def known(self, visit: Visit, run: Run) -> dict:
        """The views of a run whose answer need not be computed, if they show something else."""
        try:
            question = ask(self.exhibit, run, visit.asked)
        except InputError:
            return {}
        answer = computations.known(question)
        if not answer or visit.shown.get(run.name) == question.key:
            return {}
        visit.shown[run.name] = question.key
        return self.values(question, answer)

    def values(self, question: Question, answer: Answer) -> dict:
        """What the components of a run's views get."""
        values: dict[Any, Any] = {}
        for view in question.run.views:
            parts = self.board.views[view.name]
            if view.payload:
                key = f"{answer.name} {view.name} {self.text.language}"
                drawn = shown_value(key, view.payload, answer.trace, self.text, parts.widget)
                values[parts.widget] = gr.update(value=drawn, visible=True) if view.aside else drawn
            if view.claim:
                values[parts.claim] = gr.update(value=view.claim(answer.trace, self.text), visible=True)
            if view.verdict:
                values[parts.verdict] = gr.update(value=view.verdict(answer.trace, self.text), visible=True)
        return values

    def told(self, answer: Answer) -> dict:
        """Where the answer comes from."""
        own, seconds = f"{self.exhibit.name}.saved", f"{answer.seconds:.2f}"
        sentence = {
            "saved": lambda: self.text(own if self.text.has(own) else "run.saved"),
            "remembered": lambda: self.text("run.remembered", seconds=seconds, device=describe()),
            "computed": lambda: self.text("run.took", seconds=seconds, device=describe()),
        }
        return {self.board.status: sentence[answer.origin]()}

    def failed(self, sentence: str) -> Iterator[dict]:
        """A sentence in the status and as a toast; the views keep what they show."""
        board = self.board
        yield {board.status: plain(sentence), board.note: self.text("run.older"), board.stop: gr.update(visible=False)}
        raise gr.Error(sentence, print_exception=False)

    def stopped(self) -> dict:
        """The visitor has pressed Stop, which ends the event and with it the run."""
        board = self.board
        older = self.text("run.older")
        return {board.status: self.text("run.stopped"), board.note: older, board.stop: gr.update(visible=False)}


def connect(exhibit: Exhibit, text: Text, board: Board) -> Wiring:
    """Wire an exhibit; its views stay empty until it is opened (`Wiring.opens_with`)."""
    wiring = Wiring(exhibit, text, board)
    events = [wiring.listens(listen, wiring.pressed, *board.inputs.values()) for listen in board.starts]
    events += [wiring.listens(tab.select, partial(wiring.opened, view=name)) for name, tab in board.tabs.items() if tab]
    for run in exhibit.runs:
        widgets = [board.views[view.name].widget for view in run.views if run.actions]
        events += [wiring.listens(drawn.act, acts(wiring, run)) for drawn in widgets if drawn]
    told = [board.status, board.note, board.stop]
    board.stop.click(wiring.stopped, None, told, cancels=events, js=js_run_failed(exhibit), **UNQUEUED)
    for name, component in board.inputs.items():
        if component not in board.at_once:
            component.input(lambda: text("run.changed"), None, board.note, **UNQUEUED)
        followers = [one for one in exhibit.inputs if one.follows == name]
        if followers:
            changed = [*(board.inputs[one.name] for one in followers), *board.samples]
            component.input(partial(follow, board=board, followers=followers), component, changed, **UNQUEUED)
    return wiring


def acts(wiring: Wiring, run: Run) -> Callable[..., Iterator[dict]]:
    """The listener to what a run's widgets ask for; Gradio tells by the annotation that it wants the event's data."""

    def act(data: dict[Any, Any], event: gr.EventData) -> Iterator[dict]:
        yield from wiring.acted(data, event._data, run)

    return act


def follow(value: Any, board: Board, followers: list) -> dict:
    """The defaults of what follows an input, and its examples."""
    told = {board.inputs[one.name]: one.defaults[value] for one in followers if value in one.defaults}
    return told | {sample: gr.Dataset(samples=rows(value)) for sample, rows in board.samples.items()}
