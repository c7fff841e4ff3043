"""Uploads of one address take turns, and what they leave on the disk is counted."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.guards.refusal import UPLOAD
from lab.room import Room

AT_A_TIME = 8
"""Uploads of one address; the others wait."""


class Uploads:
    """ASGI middleware: an upload waits for its turn, and tells the room what it wrote, whole or cut off."""

    def __init__(self, app: ASGIApp, room: Room) -> None:
        self.app, self.room = app, room
        self.turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_A_TIME))
        self.here: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through."""
        if scope["type"] != "http" or scope["path"] != UPLOAD:
            await self.app(scope, receive, send)
            return
        address, size, answer = (scope.get("client") or ("",))[0], 0, bytearray()

        async def received() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            return message

        async def sent(message: Message) -> None:
            answer.extend(message.get("body", b""))
            await send(message)

        async with self.turn(address):
            try:
                await self.app(scope, received, sent)
            finally:
                await run_in_threadpool(self.room.wrote, size, address, _paths(bytes(answer)))

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """One of a few at a time; what nobody of an address waits for any longer is forgotten."""
        self.here[address] += 1
        try:
            async with self.turns[address]:
                yield
        finally:
            self.here[address] -= 1
            if not self.here[address]:
                del self.here[address], self.turns[address]


def _paths(answer: bytes) -> list[str]:
    """What Gradio answers to an upload: the paths of its files; none where it was refused."""
    with suppress(ValueError):
        paths = json.loads(answer)
        if isinstance(paths, list):
            return [path for path in paths if isinstance(path, str)]
    return []
