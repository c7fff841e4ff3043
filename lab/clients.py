"""Who asks, and whether somebody still listens to the answers."""

import threading
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
LISTENING_SECONDS = 3.0
"""A browser asks first and opens its stream of answers then; for so long an answer waits for it."""


@dataclass(frozen=True)
class Client:
    """An address, and one page of it; without a session somebody who always listens."""

    address: str
    session: str


NOBODY = Client("", "")
"""Before anything was asked."""


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
    """ASGI middleware: notes which sessions have a stream of Gradio's queue open."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app
        streams.counted = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the stream as long as it is open."""
        is_stream = scope["type"] == "http" and scope["path"].endswith("/queue/data")
        session = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0] if is_stream else ""
        if not session:
            await self.app(scope, receive, send)
            return
        streams.add(session, 1)
        try:
            await self.app(scope, receive, send)
        finally:
            streams.add(session, -1)


streams = Streams()
"""Those of this process."""
