"""Which answer each visitor sees in which place, so that no two runs are seen under one note."""

from dataclasses import dataclass, field
from typing import Any

from lab.clients import NOBODY, Client
from lab.computing import Answer, Computation
from lab.exhibit import Exhibit, Run
from lab.question import Question, ask
from lab.screen import Screen, Step
from models.errors import InputError

UNFINISHED = "unfinished"
"""Instead of a question's key: what is seen of it is not its answer yet."""


@dataclass
class Visit:
    """What one visitor has asked of one exhibit.

    tab: the open one. asked: what was sent last, by input. settled: what was asked last of what was answered.
    shown: the key of what is seen in each place, UNFINISHED for a growing trace. request: new with everything that is
    asked; an older one is not answered. stopped: the one that the Stop button has ended. watched: what it waits for.
    client: who asks. older: whether what is seen belongs to an earlier question than the one sent last: an answer ends
    that, a failure or Stop does not. note: what was said last of all that is seen, a key of its words.
    """

    tab: str
    asked: dict[str, Any]
    settled: dict[str, Any]
    shown: dict[str, str] = field(default_factory=dict)
    request: object = None
    stopped: object = None
    watched: Computation | None = None
    client: Client = NOBODY
    older: bool = False
    note: str = ""

    def ask(self, sent: dict[str, Any]) -> None:
        """Another question: what was asked before is answered no longer."""
        self.asked, self.older, self.request = sent, True, None

    def settle(self) -> None:
        """What was asked last is seen."""
        if self.asked is not self.settled:
            self.settled, self.older = self.asked, False

    def give_up(self) -> None:
        """What was asked last gets no answer: what counts is the question before, of which the inputs do not speak."""
        if self.asked is not self.settled:
            self.asked, self.older = self.settled, True


class Seen:
    """What visitors see of one exhibit on one page."""

    def __init__(self, exhibit: Exhibit, screen: Screen) -> None:
        self.exhibit, self.screen = exhibit, screen

    def show(self, visit: Visit, question: Question, answer: Answer, finished: bool = True) -> Step:
        """The answer where its run is seen."""
        step = self.screen.answer(question, answer, visit.tab)
        places = self.screen.places(question.run, visit.tab)
        visit.shown |= dict.fromkeys(places, question.key if finished else UNFINISHED)
        return step

    def show_alone(self, visit: Visit, question: Question, answer: Answer, finished: bool = True) -> Step:
        """The answer where its run is seen; what else is seen and belongs to another question is taken away."""
        step = self.show(visit, question, answer, finished)
        for run in self.exhibit.runs:
            if run is not question.run:
                step |= self.outdated(visit, run)
        return step

    def outdated(self, visit: Visit, run: Run) -> Step:
        """Away with what is seen of a run and belongs to another question than the one asked last."""
        question = self.asked(visit, run)
        key = question.key if question else ""
        old = {place for place in self.screen.places(run, visit.tab) if visit.shown.get(place, key) != key}
        for place in old:
            visit.shown.pop(place, None)  # another event of this visit may have done it
        return self.screen.outdated(run, visit.tab, old)

    def asked(self, visit: Visit, run: Run) -> Question | None:
        """What was asked last of a run, unless it cannot use an input that the answered run did not need."""
        try:
            return ask(self.exhibit, run, visit.asked)
        except InputError:
            return None

    def is_shown(self, visit: Visit, question: Question) -> bool:
        """Whether every place where the run is seen shows the answer to this question."""
        places = self.screen.places(question.run, visit.tab)
        return all(visit.shown.get(place) == question.key for place in places)

    def is_answered(self, visit: Visit, run: Run) -> bool:
        """Whether what is seen of a run is the answer to what was asked last."""
        question = self.asked(visit, run)
        return question is not None and self.is_shown(visit, question)

    def is_open(self, visit: Visit, run: Run) -> bool:
        """Whether the open tab shows the run."""
        return run in self.screen.runs(visit.tab)

    def note(self, visit: Visit, anew: bool = False) -> Step:
        """A sentence about everything that one sees, where it is another than before or the question was asked anew:
        the page itself has said meanwhile that an input was changed, which stays true while views are opened."""
        places = [place for run in self.exhibit.runs for place in self.screen.places(run, visit.tab)]
        grows = any(visit.shown.get(place) == UNFINISHED for place in places)
        before, visit.note = visit.note, "run.unfinished" if grows else "run.older" if visit.older else ""
        return self.screen.note(visit.note) if anew or visit.note != before else {}
