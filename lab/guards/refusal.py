"""A request that is refused gets a status and one sentence, in the language of the page that it comes from."""

import errno
import logging
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.text import LANGUAGES, Text
from models.errors import InputError

log = logging.getLogger(__name__)
UPLOAD = "/gradio_api/upload"
FULL = (errno.ENOSPC, errno.EDQUOT)
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EIO)
"""What an operating system says of a disk that is read-only, or of a folder that is gone."""


class Refused(Exception):
    """Ends a request with a status and a sentence."""

    def __init__(self, status: int, error: InputError) -> None:
        super().__init__(f"{status}, {error}")
        self.status, self.error = status, error

    def response(self, scope: Scope) -> Response:
        """As Gradio's page reads it: a detail, and after an upload the bare text."""
        sentence = Text(language_of(scope)).error(self.error)
        if scope["path"] == UPLOAD:
            return PlainTextResponse(sentence, self.status)
        return JSONResponse({"detail": sentence}, self.status)


class Refusing:
    """ASGI middleware: answers for what is refused, and for what Gradio stumbles over before it has answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; what it raises becomes an answer, unless one has begun."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception as error:
            if begun:
                raise
            await _refused(scope, error).response(scope)(scope, receive, send)


def _refused(scope: Scope, error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, OSError) and error.errno in (*FULL, *CLOSED):
        log.error("visitors' files cannot be saved: %s", error.strerror)
        return Refused(507, InputError("request.no_room"))
    if not isinstance(error, ClientDisconnect):
        log.warning("%s %.200s cannot be answered", scope["method"], scope["path"], exc_info=error)
    return Refused(400, InputError("request.unreadable"))


def language_of(scope: MutableMapping[str, Any]) -> str:
    """The language of a page, or of the page that a request comes from; English where it comes from none."""
    for path in (scope["path"], urlsplit(Headers(scope=scope).get("referer", "")).path):
        found = path.rstrip("/").rpartition("/")[2]
        if found in LANGUAGES:
            return found
    return LANGUAGES[0]
