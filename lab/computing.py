"""Runs at work: equal questions are computed once and remembered, and a run ends when nobody waits for it.

Those that wait take turns by client, so that many questions of one do not hold up the others.
"""

import threading
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from math import ceil

from lab import carrier, journal, saved
from lab.admission import Admission
from lab.away import Stopped
from lab.exhibit import Exhibit, Run
from lab.question import Question, ask, defaults, saved_names
from models.axes import Trace
from models.errors import InputError
from models.measure import Stopwatch
from models.provenance import Provenance

MAX_WAITING = 200
"""Different questions on their way; of one client at most half as many."""
MAX_REMEMBERED_BYTES = 200_000_000


@dataclass(frozen=True, eq=False)
class Answer:
    """A trace, what it was computed with, and where it comes from."""

    trace: Trace
    provenance: Provenance
    seconds: float
    """That it took to compute; nan for a saved run."""
    origin: str
    """saved, remembered or computed."""
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Of this answer and no other."""
    date: str = field(default_factory=lambda: datetime.now().astimezone().isoformat(timespec="seconds"))
    """When it was computed; "" for a saved run, and for one that reads a record."""


class Computation:
    """One question on its way; any number of visitors may watch it. It is the `progress` of its own run."""

    def __init__(self, question: Question, client: str) -> None:
        self.question, self.client = question, client
        self.context = copy_context()
        """In which Gradio says who asks: a lent GPU is lent to somebody."""
        self.watchers = 1
        self.done = self.total = 0
        self.converts = False
        self.partial: Answer | None = None
        self.changed = threading.Condition()
        self.future: Future[Answer] = Future()
        self.future.add_done_callback(self.notify)

    def beat(self) -> None:
        """Between two steps: ends the run when nobody watches."""
        if not self.watchers:
            raise Stopped
        self.converts = False

    def downloaded(self, done: int, total: int) -> None:
        """Bytes so far and in all."""
        self.beat()
        self.done, self.total = done, total

    def converting(self) -> None:
        """Downloaded weights become what the lab opens."""
        self.beat()
        self.converts = True

    def compute(self) -> Answer:
        """The answer; growing traces are seen meanwhile."""
        self.beat()
        stopwatch, undated = Stopwatch(), {"date": ""} if self.question.run.recorded else {}
        for measured in carrier.current.traces(self.question, self, stopwatch):
            self.partial = Answer(*measured, seconds=stopwatch.seconds, origin="computed", **undated)
            self.notify()
            self.beat()
        if not self.partial:
            raise RuntimeError(f"{self.question.run.compute} gave no trace")
        return self.partial

    def notify(self, _: object = None) -> None:
        """Whoever waits looks again."""
        with self.changed:
            self.changed.notify_all()

    def wait(self, seen: Answer | None, seconds: float, stopped: Callable[[], bool]) -> None:
        """Until it has ended, has an answer other than `seen`, is stopped for this visitor, or the seconds are over."""
        with self.changed:
            self.changed.wait_for(lambda: self.future.done() or self.partial is not seen or stopped(), seconds)


class Computations:
    """All questions on their way, and the answers of late, bounded in bytes."""

    def __init__(self, max_bytes: int = MAX_REMEMBERED_BYTES) -> None:
        self.max_bytes = max_bytes
        self.lock = threading.Lock()
        self.running: dict[str, Computation] = {}
        self.waiting: OrderedDict[str, deque[Computation]] = OrderedDict()
        """By client; the first has its turn next."""
        self.answers: OrderedDict[str, Answer] = OrderedDict()
        self.admission = Admission()

    def known(self, question: Question) -> Answer | None:
        """The answer, if it need not be computed: a remembered one, or the saved run."""
        with self.lock:
            if answer := self.answers.get(question.key):
                self.answers.move_to_end(question.key)
                return answer
        name = saved_names(question.exhibit, question.run).get(question.key)
        if name is None:
            return None
        found = saved.load(question.exhibit, question.run, name)
        if found is None:
            return None
        return Answer(*found, seconds=float("nan"), origin="saved", name=f"saved {question.key}", date="")

    def watch(self, question: Question, client: str) -> Computation | Answer:
        """The computation of a question, begun if it is not on its way; `leave` it in the end.

        The answer instead, where it has come in since the question was known to have none. Raises InputError when too
        many others are on their way, or when it would have to wait too long.
        """
        with self.lock:
            found = self.running.get(question.key)
            if not found and not question.run.fresh and (answer := self.answers.get(question.key)):
                return answer
            if found:
                found.watchers += 1
            else:
                found = self.running[question.key] = self._begin(question, client)
            return found

    def count(self) -> tuple[int, int]:
        """Questions that have their turn, and those that wait for it."""
        with self.lock:
            waiting = sum(map(len, self.waiting.values()))
            return len(self.running) - waiting, waiting

    def _begin(self, question: Question, client: str) -> Computation:
        clients = [one.client for one in self.running.values()]
        questions = [one.question for one in self.running.values()]
        if len(clients) >= MAX_WAITING or clients.count(client) >= MAX_WAITING // 2:
            raise InputError("run.crowded", count=len(clients), seconds=ceil(self.admission.seconds(questions)))
        self.admission.check(questions)
        begun = Computation(question, client)
        self.waiting.setdefault(client, deque()).append(begun)
        executor().submit(self._take_turn)
        return begun

    def _take_turn(self) -> None:
        """Compute what waits longest of the client whose turn it is; the client's next one waits behind the others."""
        with self.lock:
            if not self.waiting:  # whoever asked for this turn has given it up
                return
            client, waiting = self.waiting.popitem(last=False)
            computation = waiting.popleft()
            if waiting:
                self.waiting[client] = waiting
            computation.future.set_running_or_notify_cancel()
        try:
            answer = computation.context.run(computation.compute)
            self.remember(computation.question.now().key, answer)
            self.admission.learned(computation.question, answer.seconds)
        except BaseException as error:
            journal.failed(computation.question, error)
            self.forget(computation)
            computation.future.set_exception(error)
        else:
            journal.answered(computation.question, answer.seconds, answer.origin, answer.provenance.device)
            self.forget(computation)
            computation.future.set_result(answer)

    def leave(self, computation: Computation) -> None:
        """One visitor fewer waits; the last one ends it."""
        with self.lock:
            computation.watchers -= 1
            if not computation.watchers:
                self._give_up_turn(computation)
                self._forget(computation)

    def _give_up_turn(self, computation: Computation) -> None:
        queue = self.waiting.get(computation.client)
        if queue and computation in queue:
            computation.future.cancel()
            queue.remove(computation)
            if not queue:
                del self.waiting[computation.client]

    def forget(self, computation: Computation) -> None:
        """It has ended."""
        with self.lock:
            self._forget(computation)

    def _forget(self, computation: Computation) -> None:
        if self.running.get(computation.question.key) is computation:
            del self.running[computation.question.key]
            self.admission.noted(len(self.running))

    def remember(self, key: str, answer: Answer) -> None:
        """Keep an answer; the least recently used go when there are too many bytes."""
        with self.lock:
            self.answers[key] = replace(answer, origin="remembered")
            self.answers.move_to_end(key)
            while sum(one.trace.nbytes for one in self.answers.values()) > self.max_bytes and len(self.answers) > 1:
                self.answers.popitem(last=False)


@cache
def executor() -> ThreadPoolExecutor:
    """The threads of runs that have their turn; a few of them compute, the others wait for a place or download."""
    return ThreadPoolExecutor(carrier.current.at_once, thread_name_prefix="run")


computations = Computations()
"""Those of this process."""


@cache
def make_ready(exhibit: Exhibit, run: Run, language: str) -> None:
    """Have a run's code and the models that its page begins with at hand, once, while a visitor sees its saved answer.

    Where that fails, whoever asks is told.
    """
    question = ask(exhibit, run, defaults(exhibit, language))
    executor().submit(carrier.current.make_ready, question)
