"""One visitor's page with the made exhibit, driven by hand."""

import copy
from collections.abc import Generator
from typing import cast

import gradio as gr
import pytest

from lab import layout
from lab.layout import TABLE
from lab.widget import door
from lab.wiring import connect
from tests.lab.made import MadeText, Work, exhibit

VIEW, ASIDE = "cost", "aside"


class Page:
    """shown: the sentence of each view by its name, and of its row as "row <name>", where it is not hidden."""

    def __init__(self, work=None, language="en", **settings):
        self.work = work or Work()
        self.exhibit = exhibit(self.work, **settings)
        with gr.Blocks() as self.demo:
            self.text = MadeText(language)
            self.board = layout.build(self.exhibit, self.text, door(self.exhibit))
            self.wiring = connect(self.exhibit, self.text, self.board, gr.Tabs(), [self.demo.load])
        self.visit = self.wiring.visit.value
        board = self.board
        self.names = {getattr(board, name): name for name in ("status", "note", "trouble", "stop", "door")}
        for name, parts in self.board.views.items():
            self.names |= {part: key for part, key in ((parts.claim, name), (parts.verdict, f"row {name}")) if part}
        self.note, self.shown = "", {}

    def another_visitor(self):
        """Another visit of the same page; to be made before anything is asked."""
        other = copy.copy(self)
        other.visit, other.note, other.shown = copy.deepcopy(self.visit), "", {}
        return other

    def step(self, step):
        """A step by the names of what it changes."""
        for parts in self.board.views.values():
            assert (parts.claim in step) == (parts.truth in step)
            assert parts.claim not in step or step[parts.claim]["visible"] == step[parts.truth]["visible"]
        named = {self.names[part]: new for part, new in step.items() if part in self.names}
        self.note = named.get("note", self.note)
        for name in named.keys() - {"status", "note", "trouble", "stop", "door"}:
            value = named[name]
            if isinstance(value, dict) and value["visible"] is not True:
                self.shown.pop(name, None)
            else:
                self.shown[name] = named[name] = value["value"] if isinstance(value, dict) else value
        return named

    @property
    def seen(self):
        """What is shown in the open tab and beside the inputs."""
        rows = {f"row {name}" for name in self.board.views} if self.visit.tab == TABLE else set()
        return {name: value for name, value in self.shown.items() if name in {ASIDE, self.visit.tab} | rows}

    def pressed(self, **values):
        data = {self.wiring.visit: self.visit}
        data |= {part: values.get(name, part.value) for name, part in self.board.inputs.items()}
        self.steps = cast(Generator, self.wiring.pressed(data))
        return self.steps

    def press(self, **values):
        return map(self.step, self.pressed(**values))

    def open(self, view=""):
        return map(self.step, self.wiring.opened({self.wiring.visit: self.visit}, view))

    def act(self, sent):
        """What the widget of the view VIEW asks for."""
        asked = {"view": VIEW, **sent} if isinstance(sent, dict) else sent
        return map(self.step, self.wiring.acted({self.wiring.visit: self.visit}, asked))

    def stop(self):
        self.wiring.stop({self.wiring.visit: self.visit})


def failed(steps):
    """The last step before Gradio is told, and the sentence that it is told."""
    seen = []
    with pytest.raises(gr.Error) as caught:
        seen.extend(iter(steps))
    return seen[-1], caught.value.message
