"""What a request may bring: so many bytes, in so much time, and JSON of a shape that Gradio reads."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.guards.refusal import UPLOAD, Refused
from lab.guards.routes import ENDPOINTS, SESSION
from lab.inputs.photo import MAX_BYTES
from models.errors import InputError

MAX_UPLOAD_BYTES = MAX_BYTES + 2**16
"""A file, and what a form says around it."""
MAX_JSON_BYTES = 2**20
"""A widget's state or a visitor's text is a few thousand."""
MAX_CALL_BYTES = 2**24
"""Of a call to an endpoint, which may hold a picture as text."""
MAX_COMMAS = 100_000
"""A million values would hold up everybody for a second, twice: here and in Gradio. A picture as text has one comma."""
MAX_DEPTH = 60
"""Of lists and objects in one another."""
PIECE_SECONDS = 30.0
"""Until the next piece of a body, and for all of a question."""
UPLOAD_SECONDS = 600.0
"""For all of an upload."""


class Bodies:
    """ASGI middleware: bounds what is sent. A question is read here whole, an upload is counted while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or raise Refused."""
        if scope["type"] == "http":
            query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            _check_session(query.get("session_hash", [None])[0])
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        upload = scope["path"] == UPLOAD
        question = MAX_CALL_BYTES if scope["path"].startswith(ENDPOINTS) else MAX_JSON_BYTES
        most, seconds = (MAX_UPLOAD_BYTES, UPLOAD_SECONDS) if upload else (question, PIECE_SECONDS)
        declared = Headers(scope=scope).get("content-length", "0")
        if not re.fullmatch("[0-9]{1,15}", declared) or int(declared) > most:
            raise _large(most)
        body = _Body(receive, most, seconds)
        await self.app(scope, body.piece if upload else await body.question(), send)


class _Body:
    """A body as it comes; it raises Refused when it is too long, or long in coming."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self.receive, self.most, self.come, self.ended = receive, most, 0, False
        self.deadline = asyncio.get_running_loop().time() + seconds

    async def piece(self) -> Message:
        """What comes next; when all has come, whatever the server says then."""
        if self.ended:
            return await self.receive()
        soon = asyncio.get_running_loop().time() + PIECE_SECONDS
        try:
            async with asyncio.timeout_at(min(soon, self.deadline)):
                message = await self.receive()
        except TimeoutError:
            raise Refused(408, InputError("request.slow")) from None
        self.come += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)
        if self.come > self.most:
            raise _large(self.most)
        return message

    async def question(self) -> Receive:
        """All of it, checked, as one message."""
        whole = bytearray()
        while not self.ended:
            message = await self.piece()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            whole.extend(message.get("body", b""))
        _check_json(bytes(whole))
        first: list[Message] = [{"type": "http.request", "body": bytes(whole), "more_body": False}]

        async def receive() -> Message:
            return first.pop() if first else await self.receive()

        return receive


def _large(most: int) -> Refused:
    return Refused(413, InputError("request.large", maximum=f"{most / 1e6:.0f}"))


def _check_json(body: bytes) -> None:
    """Raise Refused unless it is JSON, of not too many values, not too deep, of a session that a browser would name."""
    if body.count(b",") > MAX_COMMAS:
        raise Refused(400, InputError("request.unreadable"))
    try:
        sent = json.loads(body or b"null")
    except (ValueError, RecursionError):
        raise Refused(400, InputError("request.unreadable")) from None
    level = [sent]
    for _ in range(MAX_DEPTH):
        level = [part for one in level for part in _parts(one)]
    if level:
        raise Refused(400, InputError("request.unreadable"))
    _check_session(sent.get("session_hash") if isinstance(sent, dict) else None)


def _parts(one: Any) -> Any:
    return one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()


def _check_session(named: Any) -> None:
    if named is not None and not (isinstance(named, str) and re.fullmatch(SESSION, named, re.ASCII)):
        raise Refused(400, InputError("request.unreadable"))
