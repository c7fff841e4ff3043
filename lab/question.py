"""What a visitor asks of a run: named values, checked, and a key that equal questions share."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from types import GeneratorType
from typing import Any

from lab.exhibit import Exhibit, Run
from lab.inputs.kinds import Input, Model
from models.checkpoint import forget
from models.device import places
from models.errors import InputError
from models.hub import conversion
from models.measure import Stopwatch
from models.memory import within
from models.progress import NO_PROGRESS, Progress
from models.provenance import Measurement, Provenance


@dataclass(frozen=True, eq=False)
class Question:
    """A run with the values of its inputs; `key` is equal for equal questions while the weights stay the same."""

    exhibit: Exhibit
    run: Run
    values: Mapping[str, Any]
    key: str

    def opened(self, progress: Progress) -> dict[str, Any]:
        """The run's models by name; what is not on this machine is downloaded."""
        inputs = [self.exhibit.input(name) for name in self.run.inputs]
        chosen = [one for one in inputs if isinstance(one, Model)]
        if self.run.open:
            return self.run.opener()(**{one.name: self.values[one.name] for one in chosen}, progress=progress)
        opened = {}
        for one in chosen:
            with _about(one):
                opened[one.name] = one.open(self.values[one.name], progress)
        return opened

    def conversions(self) -> dict[str, str]:
        """The models whose weights come from the Hub's own conversion, and its revision: "refs/pr/4"."""
        chosen = [self.values[name] for name in self.run.inputs if isinstance(self.exhibit.input(name), Model)]
        return {reference: revision for reference in chosen if (revision := conversion(reference))}

    def now(self) -> "Question":
        """The same question with the key of this moment: weights that were downloaded since have a stamp."""
        return replace(self, key=key_of(self.exhibit, self.run, self.values))

    def traces(self, progress: Progress, stopwatch: Stopwatch) -> Iterator[Measurement]:
        """The trace with its provenance, or growing traces of which the last is the whole.

        A place is taken, and the stopwatch runs, while it computes; neither while models are opened. Raises InputError
        where memory is short.
        """
        return within(lambda: self._computed(progress, stopwatch), forget)

    def _computed(self, progress: Progress, stopwatch: Stopwatch) -> Iterator[Measurement]:
        models = self.opened(progress)
        compute = self.run.function()
        with places().taken(alone=self.run.fresh):
            progress.beat()
            with stopwatch:
                found = compute(**{**self.values, **models}, progress=progress)
        if not isinstance(found, GeneratorType):
            yield Measurement(found, Provenance.of(found, models, self.run.recorded))
            return
        while True:
            with places().taken(alone=self.run.fresh):
                progress.beat()
                with stopwatch:
                    trace = next(found, None)
            if trace is None:
                return
            yield Measurement(trace, Provenance.of(trace, models, self.run.recorded))

    def whole(self) -> Measurement:
        """The last trace, computed now."""
        *_, whole = self.traces(NO_PROGRESS, Stopwatch())
        return whole


def ask(exhibit: Exhibit, run: Run, sent: Mapping[str, Any]) -> Question:
    """Check what was sent, by the name of the input. Raises InputError for the first that cannot be used."""
    values = {}
    for name in run.inputs:
        with _about(one := exhibit.input(name)):
            values[name] = one.checked(sent[name])
    return Question(exhibit, run, values, key_of(exhibit, run, values))


@contextmanager
def _about(one: Input) -> Iterator[None]:
    """Errors name the input."""
    try:
        yield
    except InputError as error:
        error.about = one.name
        raise


def key_of(exhibit: Exhibit, run: Run, values: Mapping[str, Any]) -> str:
    """Equal for equal values of what a run reads, while the files of the weights stay the same."""
    inputs = [(exhibit.input(name), value) for name, value in values.items()]
    read = [f"{one.name}={one.key(value)}" for one, value in inputs if one.is_read(values)]
    return hashlib.sha256("\n".join([run.name, run.compute, *read]).encode()).hexdigest()


def defaults(exhibit: Exhibit, language: str = "") -> dict[str, Any]:
    """What a page in a language sends before anything was touched; without one, what a link that says nothing means."""
    return with_followers(exhibit, exhibit.opens.get(language, {}))


def with_followers(exhibit: Exhibit, values: Mapping[str, Any]) -> dict[str, Any]:
    """Some values, and for the other inputs their defaults, which follow the values where they follow an input."""
    sent = {one.name: one.default for one in exhibit.inputs}
    for one in exhibit.inputs:
        leader = values.get(one.follows)
        if isinstance(leader, str) and leader in one.defaults:
            sent[one.name] = one.defaults[leader]
    return sent | dict(values)


@lru_cache
def saved_names(exhibit: Exhibit, run: Run) -> Mapping[str, str]:
    """The names of a run's saved answers, by the keys of their questions."""
    return {ask(exhibit, run, with_followers(exhibit, values)).key: name for name, values in run.saved.items()}


def remembered(one: Input, sent: Any) -> Any:
    """What is kept of what was sent for an input: nothing where it is no value, which every input then says."""
    try:
        one.checked(sent)
    except InputError:
        return None
    return one.kept(sent)
