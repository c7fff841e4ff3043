"""Who asks, and whether somebody still listens to the answers."""

import re
import threading
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
LISTENING_SECONDS = 10.0
"""A browser asks first and opens its stream of answers then, on a busy machine seconds later; for so long an answer
waits for it, and is given up after that."""


@dataclass(frozen=True)
class Client:
    """An address, and one page of it; without a session somebody who always listens."""

    address: str
    session: str


NOBODY = Client("", "")
"""Before anything was asked."""
SERVER, OTHER = b"lab-server", 409
"""The header that names this process, and the status of a question that is meant for another one."""
NAME = uuid.uuid4().hex.encode()
ASKING_SESSION = re.compile(rb'"session_hash": ?"(\w+)"')
WAITING = re.compile(r"/call/(?:v2/)?[\w-]+/(\w+)$")
"""Where whoever called an endpoint waits for its answer: each call is a session of its own."""


class Streams:
    """The open streams of answers, counted by session."""

    def __init__(self) -> None:
        self.counted = False
        self.open: Counter[str] = Counter()
        self.changed = threading.Condition()

    def add(self, session: str, count: int) -> None:
        """One opens, or with -1 one closes."""
        with self.changed:
            self.open[session] += count
            if not self.open[session]:
                del self.open[session]
            self.changed.notify_all()

    def lead_to(self, client: Client, seconds: float = LISTENING_SECONDS) -> bool:
        """Whether the client listens, at the latest after so many seconds; yes where nobody counts."""
        if not client.session or not self.counted:
            return True
        with self.changed:
            return self.changed.wait_for(lambda: self.open[client.session], seconds) > 0


class Listening:
    """ASGI middleware: notes which sessions have a stream of Gradio's queue open, and tells those that ask.

    Gradio ends a session's stream with its last answer, and its browser opens another one only where it believes that
    none is open. A question that is asked while the end is still on its way would stay without an answer, so the
    header `lab-stream: ended` says that the stream has ended; core/stream.js waits for the end then.

    A page that is older than this process asks under the name of another, and is told so: it says first what it shows.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app
        streams.counted = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a stream until its last message, and tell who asks without one."""
        path = scope["path"] if scope["type"] == "http" else ""
        session = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash", [""])[0]
        if session and path.endswith("/queue/data"):
            await self.streamed(session, scope, receive, send)
        elif called := WAITING.search(path):
            await self.streamed(called[1], scope, receive, send)
        elif path.endswith("/queue/join"):
            await self.joined(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def streamed(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers to a session."""
        ended = False

        def end() -> None:
            nonlocal ended
            if not ended:
                ended = True
                streams.add(session, -1)

        async def sent(message: MutableMapping[str, Any]) -> None:
            if b'"msg":"close_stream"' in message.get("body", b""):
                end()
            await send(message)

        streams.add(session, 1)
        try:
            await self.app(scope, receive, sent)
        finally:
            end()

    async def joined(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A question of a session, which its body names."""
        if dict(scope["headers"]).get(SERVER, NAME) != NAME:
            await Response(status_code=OTHER, headers={SERVER.decode(): NAME.decode()})(scope, receive, send)
            return
        asked = bytearray()

        async def received() -> Any:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                session = ASKING_SESSION.search(asked)
                ended = [(b"lab-stream", b"ended")] if session and not streams.open[session[1].decode()] else []
                message["headers"] = [*message["headers"], (SERVER, NAME), *ended]
            await send(message)

        await self.app(scope, received, sent)


streams = Streams()
"""Those of this process."""
