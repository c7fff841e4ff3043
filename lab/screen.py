"""What the components of an exhibit get: answers, signs of progress, sentences."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr

from lab import links, record
from lab.computing import Answer, Computation
from lab.exhibit import Exhibit, Run, View
from lab.inputs.photo import Photo
from lab.layout import TABLE, Board
from lab.question import Question
from lab.text import Text, plain
from lab.truth import is_of_own, line
from lab.widget import shown_value

FILE = "gradio_api/file="
"""Before a path, the address of a visitor's file."""
Step = dict[Any, Any]
"""What changes, by component."""


class Screen:
    """An exhibit's components on one page, and what they get."""

    def __init__(self, exhibit: Exhibit, text: Text, board: Board) -> None:
        self.exhibit, self.text, self.board = exhibit, text, board

    def runs(self, tab: str) -> list[Run]:
        """The runs that an open tab shows: that of its view, or those of all rows of the table."""
        if tab == TABLE:
            return [run for run, row in self.exhibit.views.values() if row.verdict]
        return [self.exhibit.views[tab][0]]

    def places(self, run: Run, tab: str) -> dict[str, View]:
        """What is seen of a run while a tab is open: views by the name of their place.

        Gradio takes what a tab gets that was never opened for its value, changed or not; so only what is seen is sent.
        """
        if tab == TABLE:
            return {view.name if view.aside else f"{TABLE} {view.name}": view for view in run.views}
        return {view.name: view for view in run.views if view.aside or view.name == tab}

    def answer(self, question: Question, answer: Answer, tab: str) -> Step:
        """The answer in every place where its run is seen."""
        step: Step = {}
        for place, view in self.places(question.run, tab).items():
            parts = self.board.views[view.name]
            if place != view.name:
                if view.verdict:
                    step[parts.verdict] = view.verdict(answer.trace, self.text)
                continue
            if view.payload:
                key = f"{answer.name} {view.payload.__module__} {view.payload.__name__} {self.text.language}"
                value = shown_value(key, view.payload, answer.trace, self.text, parts.widget)
                step[parts.widget] = gr.update(value=value, visible=True)
            if view.claim:
                step[parts.claim] = gr.update(value=view.claim(answer.trace, self.text), visible=True)
            step[parts.truth] = gr.update(value=line(self.exhibit, view, self.text, answer.provenance), visible=True)
        return step

    def outdated(self, run: Run, tab: str, old: set[str]) -> Step:
        """Away with what these places show of a run; hidden widgets keep their state."""
        step: Step = {}
        for place, view in self.places(run, tab).items():
            parts = self.board.views[view.name]
            if place in old and place == view.name:
                step |= {part: gr.update(visible="hidden") for part in (parts.widget, parts.claim, parts.truth) if part}
            elif place in old and parts.verdict:
                step[parts.verdict] = self.text("run.not_yet")
        return step

    def begun(self) -> Step:
        """A run has begun."""
        return {self.board.status: self.text("run.running", seconds="0"), self.board.trouble: ""}

    def silent(self) -> Step:
        """Nothing new; so a visitor who has left is found out."""
        return {self.board.status: gr.skip()}

    def going_on(self, computation: Computation, seconds: float, others: int) -> Step:
        """A run goes on: how far, or for how many it waits, and the button that stops it."""
        waits = others and not computation.future.running()
        line = self.text("run.waiting" if waits else "run.running", seconds=f"{seconds:.0f}", count=others)
        if computation.done < computation.total:
            done, total = (f"{count / 1e6:.0f}" for count in (computation.done, computation.total))
            line = self.text("run.download", done=done, total=total)
        elif computation.converts:
            line = self.text("run.converting", seconds=f"{seconds:.0f}")
        return {self.board.status: line, self.board.stop: gr.update(visible=True)}

    def ended(self, question: Question, answer: Answer) -> Step:
        """Where the answer comes from, and weights that do."""
        if answer.origin == "saved":
            key = f"{self.exhibit.name}.saved"
            key = key if self.text.has(key) else "run.saved"
            own = is_of_own(self.exhibit, question.run) or self.exhibit.inputs[0].name in question.run.inputs
            line = self.text(key if own else "run.independent")
        elif question.run.recorded:
            line = self.text("run.read")
        else:
            key = "run.took" if answer.origin == "computed" else "run.remembered"
            line = self.text(key, seconds=f"{answer.seconds:.2f}", device=answer.provenance.device)
        for reference, revision in question.conversions().items():
            line += "\n\n" + self.text("run.converted", reference=plain(reference), revision=revision)
        return {self.board.status: line, self.board.trouble: "", self.board.stop: gr.update(visible=False)}

    def stopped(self) -> Step:
        """The visitor has stopped the run; the note says already what the views show."""
        return {self.board.status: self.text("run.stopped"), self.board.stop: gr.update(visible=False)}

    def failed(self, sentence: str, note: Step) -> Iterator[Step]:
        """A sentence in the status and above the views, which keep what they show; the note speaks of that.

        Gradio is told by an error that it does not show.
        """
        line = plain(sentence)
        stop = {self.board.stop: gr.update(visible=False)}
        yield {self.board.status: line, self.board.trouble: line, **stop, **note}
        raise gr.Error(escape(sentence, quote=False), visible=False, print_exception=False)

    def note(self, key: str) -> Step:
        """A sentence about everything that one sees; none for ""."""
        return {self.board.note: key and self.text(key)}

    def told(self, tab: str, answered: Mapping[str, Any], opened: bool = False) -> Step:
        """What the address is to say; opened: that the exhibit or a view of it has just been opened."""
        value: dict[str, Any] = {"view": tab, "asked": links.write(self.exhibit, answered)}
        photos = {one.name: answered[one.name] for one in self.exhibit.inputs if isinstance(one, Photo)}
        seen = [(run, list(self.places(run, tab).values())) for run in self.runs(tab)]
        value["record"] = record.of(self.exhibit, tab, seen, answered, self.text)
        value["files"] = {name: FILE + photo["path"] for name, photo in photos.items() if isinstance(photo, dict)}
        return {self.board.door: value | ({"opened": uuid.uuid4().hex} if opened else {})}

    def warn(self, left_out: Sequence[str], view: str) -> None:
        """What of a link is not shown: inputs by their labels, a visitor's photo with the reason, a view."""
        photos = {one.name for one in self.exhibit.inputs if isinstance(one, Photo)}
        if photos & {*left_out}:
            gr.Warning(self.text("page.link_photo"), title="")
        words = [f"{self.exhibit.name}.input.{name}" for name in left_out if name not in photos]
        names = [self.text(key) if self.text.has(key) else key.split(".input.")[1] for key in words]
        if names := [*names, *filter(None, [view])]:
            gr.Warning(self.text("page.link_left_out", names=", ".join(map(escape, names))), title="")
