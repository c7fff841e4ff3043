"""Model replicas: processes, here or on other machines, to which the page's process sends every run.

A replica that is lost in mid-run costs no answer: the question is asked again of another one. How bytes come to a
replica and back is not known here (lab/cluster.py).
"""

import asyncio
import contextvars
import logging
import os
import pickle
import threading
import time
from collections.abc import AsyncGenerator, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Protocol, Self

from lab import away
from lab.away import Answered, Stopped
from lab.question import Question
from models import limits
from models.device import MAX_SIDE_BY_SIDE
from models.errors import InputError
from models.measure import Stopwatch
from models.progress import Progress
from models.provenance import Measurement

log = logging.getLogger(__name__)
ATTEMPTS = 3
"""Replicas that one question may lose: what takes too much memory ends each of them."""
LISTENING_SECONDS = 0.3
"""Between two looks at whether the visitor still waits."""
LOOKING_SECONDS = 2.0
"""Between two counts of the replicas."""
MISSING_SECONDS = 45.0
"""Without any replica after which whoever waits is told: one that is lost is back in a third of that."""


class Lost(Exception):
    """The replica that computes is gone."""


@dataclass(frozen=True)
class Sign:
    """A call of a run's progress, on its way to the process that asked."""

    name: str
    values: tuple[int, ...] = ()


class Cluster(Protocol):
    """Where the replicas are."""

    def ask(self, sent: bytes) -> AsyncGenerator[bytes, None]:
        """What `answers` says of it on some replica. Raises Lost."""
        ...

    def running(self) -> int:
        """How many replicas can be asked."""
        ...

    async def device(self) -> str:
        """That of a replica."""
        ...


@dataclass(frozen=True)
class Size:
    """How many replicas there are, and what each of them has for itself."""

    least: int
    most: int
    cores: int
    gpus: float

    @classmethod
    def chosen(cls, cores: float, gpus: float) -> Self:
        """By the settings; without a setting there are at most as many as all these cores and GPUs are enough for."""
        own, graphic = int(os.environ.get("LAB_REPLICA_CORES", "1")), limits.GPUS.value()
        room = int(min(cores / own, gpus / graphic if graphic else cores))
        least = int(os.environ.get("LAB_REPLICAS", "1"))
        return cls(least, max(least, int(os.environ.get("LAB_REPLICAS_MAX", str(room)))), own, graphic)

    @property
    def places(self) -> int:
        """Runs that compute side by side on one replica, as `models.device.places` has it there."""
        return 1 if self.gpus else min(MAX_SIDE_BY_SIDE, self.cores)


class Telling:
    """A question at work on a replica: the `progress` of its run, which says everything to whoever asked."""

    def __init__(self) -> None:
        self.left = False
        self.said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.loop = asyncio.get_running_loop()
        self.sign = Sign("beat")

    def say(self, one: Sign | Answered | None, last: bool = False) -> None:
        """From the thread that computes; pickled, so that whoever gets it has arrays of its own."""
        self.loop.call_soon_threadsafe(self.said.put_nowait, None if last else pickle.dumps(one))

    def tell(self, sign: Sign) -> None:
        """A sign of progress, where it is another one than before; ends the run where nobody listens."""
        if self.left:
            raise Stopped
        if sign != self.sign:
            self.sign = sign
            self.say(sign)

    def beat(self) -> None:
        self.tell(Sign("beat"))

    def downloaded(self, done: int, total: int) -> None:
        self.tell(Sign("downloaded", (done, total)))

    def converting(self) -> None:
        self.tell(Sign("converting"))

    def compute(self, sent: bytes) -> None:
        """Say all answers, in a thread."""
        try:
            exhibit, run, values = pickle.loads(sent)
            for one in away.answers(exhibit, run, values, self):
                self.say(one)
                self.beat()
        except Stopped:
            log.info("nobody waits for a run any longer")
        finally:
            self.say(None, last=True)


async def answers(sent: bytes) -> AsyncGenerator[bytes, None]:
    """What a replica says to a question until its last answer; its run ends when nobody listens any longer."""
    telling = Telling()
    computing = asyncio.ensure_future(asyncio.to_thread(telling.compute, sent))
    try:
        while (one := await telling.said.get()) is not None:
            yield one
        await computing
    finally:
        telling.left = True


class Replicas:
    """A carrier that asks replicas (lab/carrier.py)."""

    def __init__(self, cluster: Cluster, size: Size) -> None:
        self.cluster, self.size = cluster, size
        self.at_once = max(8, 2 * size.most * size.places)
        """More than compute: from those that wait in line the cluster sees that it needs another replica."""
        self.count = 0
        self.seen = time.monotonic()
        """When there was a replica."""
        self.named = ""
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="replicas", daemon=True).start()
        self.begin(self.look())

    def begin(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        """In a context of its own: a question that two visitors ask is no part of the request of one of them."""
        return contextvars.Context().run(asyncio.run_coroutine_threadsafe, work, self.loop)

    async def look(self) -> None:
        """Count the replicas every now and then; the first one tells its device."""
        while True:
            try:
                self.count = await asyncio.to_thread(self.cluster.running)
                if self.count and not self.named:
                    self.named = await self.cluster.device()
            except Exception as error:
                log.warning("the replicas could not be counted: %s", type(error).__qualname__)
                self.count = 0
            if self.count:
                self.seen = time.monotonic()
            await asyncio.sleep(LOOKING_SECONDS)

    def traces(self, question: Question, progress: Progress, stopwatch: Stopwatch) -> Iterator[Measurement]:
        """Those that a replica computes, of which the next one begins anew where one is lost."""
        sent = pickle.dumps((question.exhibit.name, question.run.name, dict(question.values)))
        for attempt in range(ATTEMPTS):
            try:
                for answer in self.asked(sent, progress):
                    yield away.received(answer, stopwatch)
                return
            except Lost:
                log.warning("a replica was lost in mid-run, for the %d. time", attempt + 1)
        raise InputError("run.no_replica")

    def asked(self, sent: bytes, progress: Progress) -> Iterator[Answered]:
        """What one replica answers; the visitor's Stop and signs of progress come through meanwhile."""
        heard: SimpleQueue[bytes | Exception | None] = SimpleQueue()
        listening = self.begin(self.listen(sent, heard))
        begun, sign = time.monotonic(), progress.beat
        try:
            while True:
                sign()
                try:
                    one = heard.get(timeout=LISTENING_SECONDS)
                except Empty:
                    self.check(begun)
                    continue
                if one is None:
                    return
                if isinstance(one, Exception):
                    raise one
                said = pickle.loads(one)
                if isinstance(said, Sign):
                    sign = partial(getattr(progress, said.name), *said.values)
                else:
                    yield said
        finally:
            listening.cancel()

    async def listen(self, sent: bytes, heard: "SimpleQueue[bytes | Exception | None]") -> None:
        """Put down what a replica says, and at last why it says no more."""
        end: Exception | None = Lost()
        try:
            async for one in self.cluster.ask(sent):
                heard.put(one)
            end = None
        except Exception as error:
            end = error
        finally:
            heard.put(end)

    def check(self, begun: float) -> None:
        """Raise InputError where a question waits while there has been no replica for long."""
        if time.monotonic() - max(self.seen, begun) > MISSING_SECONDS:
            raise InputError("run.no_replica")

    def make_ready(self, question: Question) -> None:
        """Replicas open what LAB_PRELOAD names, and the rest when they are asked."""

    def places(self) -> int:
        """Those of all replicas."""
        return max(1, self.count) * self.size.places

    def device(self) -> str:
        """That of a replica; before one has told it, who would know."""
        return self.named or "Ray Serve"

    def state(self) -> dict[str, Any]:
        """The device, and how many replicas there are."""
        return {"device": self.named, "replicas": self.count}
