"""The operations that Python and agents call, made from the records: name, arguments with their types, description."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.exhibits import EXHIBITS
from lab.header import tabs
from lab.inputs.kinds import Choice, Input
from lab.text import LANGUAGES, Text

ARRAYS, LANGUAGE = "arrays", "answer_language"
"""The arguments that every operation has beside its inputs."""
ENOUGH = 60
"""Characters after which no further sentence is needed to say what a view shows."""


@dataclass(frozen=True)
class Operation:
    """One name under which a run is asked for."""

    exhibit: Exhibit
    run: Run
    endpoint: Endpoint
    name: str

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """The inputs that it takes, by name; what the run needs besides keeps its default."""
        return {name: self.exhibit.input(name) for name in self.run.inputs if name not in self.endpoint.without}

    @property
    def views(self) -> list[View]:
        """Those whose sentences it gives."""
        return [view for view in self.run.views if view.name not in self.endpoint.without]

    def arguments(self, text: Text) -> dict[str, dict[str, Any]]:
        """Every argument in the words of JSON Schema, with its default: null where that follows another argument."""
        described = {
            name: one.schema | {"description": self._described(one, text), "default": _default(one)}
            for name, one in self.inputs.items()
        }
        wanted = {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]}
        return described | {
            ARRAYS: wanted | {"description": text("api.arrays"), "default": False},
            LANGUAGE: {"enum": [*LANGUAGES], "description": text("api.language"), "default": LANGUAGES[0]},
        }

    def description(self, text: Text) -> str:
        """What it measures: for each view its name and the first sentences of what it shows."""
        names = tabs(self.exhibit, text)
        said = [self._seen(view, names, text) for view in self.views if text.has(self._key(view, "see"))]
        return " ".join([f"{text(f'{self.exhibit.name}.tab')}.", *said])

    def _seen(self, view: View, names: Mapping[str, str], text: Text) -> str:
        sentences = re.split(r"(?<=[.?!])\s|(?<=[。？！])", text(self._key(view, "see")))
        lengths = [len(text.sentences(*sentences[:count])) for count in range(len(sentences))]
        told = text.sentences(*sentences[: sum(length < ENOUGH for length in lengths)])
        name = names.get(view.name)
        return as_plain(f"{name}: {told}" if name else told)

    def _key(self, view: View, kind: str) -> str:
        return f"{self.exhibit.name}.view.{view.name}.{kind}"

    def _described(self, one: Input, text: Text) -> str:
        """The words beside the input, and what else one must know to write its value."""
        key = f"{self.exhibit.name}.input.{one.name}"
        choices = one.words(text, self.exhibit.name) if isinstance(one, Choice) else {}
        words = [f"{value}: {said}" for value, said in choices.items()]
        parts = [text(part) for part in (key, f"{key}_info", f"api.form.{one.form}") if text.has(part)]
        follows = [text("api.follows", leader=one.follows)] if one.defaults else []
        return as_plain(" · ".join([*parts, *(["; ".join(words)] if words else []), *follows]))


def as_plain(markdown: str) -> str:
    """Without the entities by which `lab.text.plain` keeps what strangers wrote from being Markdown."""
    return html.unescape(markdown)


def _default(one: Input) -> Any:
    if one.defaults:
        return None
    return [*one.default] if isinstance(one.default, tuple) else one.default


def operations(exhibits: Iterable[Exhibit]) -> dict[str, Operation]:
    """By name; where two exhibits have the same name, the exhibit's own stands before it."""
    every = [
        (exhibit, run, endpoint)
        for exhibit in exhibits
        for run in exhibit.runs
        for endpoint in run.endpoints or (Endpoint(run.name),)
    ]
    count = Counter(endpoint.name for _, _, endpoint in every)
    found = {}
    for exhibit, run, endpoint in every:
        name = endpoint.name if count[endpoint.name] == 1 else f"{exhibit.name}_{endpoint.name}"
        found[name] = Operation(exhibit, run, endpoint, name)
    return found


OPERATIONS = operations(EXHIBITS)
