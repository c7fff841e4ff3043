"""What a visitor sees of what is asked: signs of progress, growing traces, the answer, or what failed."""

import logging
import time
from collections.abc import Iterator
from typing import Any

from lab import journal
from lab.clients import streams
from lab.computing import Answer, Computation, computations
from lab.exhibit import Exhibit, Run
from lab.question import Question, ask, remembered
from lab.screen import Screen, Step
from lab.seen import Seen, Visit
from lab.text import Text
from models.errors import InputError

log = logging.getLogger(__name__)
PROGRESS_SECONDS = 0.4
"""Before a run shows its Stop button, and between two signs of progress of a few runs; of many there are fewer signs,
which would take the time from the runs: of 80 students' signs the server computed a fifth of what it can."""
FEW = 4


class Answering:
    """The answers to what is asked of one exhibit on one page."""

    def __init__(self, exhibit: Exhibit, text: Text, screen: Screen) -> None:
        self.exhibit, self.text, self.screen = exhibit, text, screen
        self.seen = Seen(exhibit, screen)

    def answered(self, visit: Visit, sent: dict[str, Any], again: bool = True) -> Iterator[Step]:
        """All that the visitor sees of what is asked, step by step. again: also where its answer is shown already."""
        request, anew = None, again or visit.asked is not visit.settled
        visit.older |= again
        if not streams.lead_to(visit.client):
            return
        try:
            for run in self.screen.runs(visit.tab):
                question = ask(self.exhibit, run, sent)
                if not again and self.seen.is_shown(visit, question):
                    continue
                if not request:
                    if again:
                        visit.ask({one.name: remembered(one, sent[one.name]) for one in self.exhibit.inputs})
                    request = visit.request = object()
                yield from self.answer(visit, question, again, anew)
                if visit.request is not request or visit.stopped is request:
                    return
                anew = False
        except InputError as error:
            yield from self.failed(visit, self.text.error(error, self.exhibit.name), anew)
        except Exception:
            log.exception("a run failed")
            yield from self.failed(visit, self.text("run.unexpected"), anew)
        finally:
            if request and visit.request is request:
                visit.give_up()

    def failed(self, visit: Visit, sentence: str, anew: bool) -> Iterator[Step]:
        """A sentence; what is seen belongs to one earlier run, or is as far as this one came."""
        yield from self.screen.failed(sentence, self.seen.note(visit, anew))

    def answer(self, visit: Visit, question: Question, again: bool, anew: bool) -> Iterator[Step]:
        """The answer, and until then what there is to see of it."""
        known = None if again and question.run.fresh else computations.known(question)
        computation = known or computations.watch(question, visit.client.address)
        if isinstance(computation, Answer):
            journal.answered(question, 0, computation.origin, computation.provenance.device)
            yield self.arrived(visit, question, computation, anew)
            return
        visit.watched, request = computation, visit.request
        try:
            yield self.screen.begun() | self.seen.note(visit, anew)
            yield from self.waiting(visit, request, question, computation, anew)
        finally:
            if visit.watched is computation:
                visit.watched = None
            computations.leave(computation)

    def waiting(
        self, visit: Visit, request: object, question: Question, computation: Computation, anew: bool
    ) -> Iterator[Step]:
        """Signs of progress and growing traces until the answer; nothing more once the visitor has asked anew.

        Of a run that the open tab does not show nothing is said: the visitor has opened what was known, and may return.
        """
        screen = self.screen
        begun, partial, pause = time.perf_counter(), None, PROGRESS_SECONDS
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
            before, partial = partial, computation.partial
            if not self.seen.is_open(visit, question.run):
                yield screen.silent()
                continue
            others = len(computations.running) - 1
            step = screen.going_on(computation, time.perf_counter() - begun, others)
            if partial and partial is not before:
                step |= self.seen.show_alone(visit, question, partial, finished=False)
                step |= self.seen.note(visit, anew)
            yield step
        if visit.request is request:
            yield self.arrived(visit, question.now(), computation.future.result(), anew)

    def arrived(self, visit: Visit, question: Question, answer: Answer, anew: bool) -> Step:
        """The answer, where it comes from, and what the address is to say."""
        step = self.seen.show_alone(visit, question, answer)
        visit.settle()
        if self.seen.is_open(visit, question.run):
            step |= self.screen.ended(question, answer) | self.seen.note(visit, anew)
        return step | self.screen.told(visit.tab, visit.settled)

    def known(self, visit: Visit, run: Run) -> Step:
        """What is seen of a run whose answer need not be computed: what else is shown, and where the answer is from."""
        question = self.seen.asked(visit, run)
        answer = computations.known(question) if question else None
        if not question or not answer:
            return {}
        try:
            step = {} if self.seen.is_shown(visit, question) else self.seen.show(visit, question, answer)
        except Exception:
            log.exception("a view cannot show its run")
            return {}
        return step | (self.screen.ended(question, answer) if self.seen.is_open(visit, run) else {})
