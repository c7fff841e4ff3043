"""What can be called by name: the lab's endpoints, and nothing else of Gradio's."""

import re
from typing import Any

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lab.api.operations import OPERATIONS
from lab.clients import Receive, Scope, Send
from lab.text import Text

PAGE = "api"
"""The page of Gradio's on which the endpoints lie, so that no other one carries them; it is not shown."""
CALLED = re.compile(r".*/gradio_api/(call/v2|call|run)/([^/]+)(/.*)?")
UNQUEUED = "predict"
"""The name under which a page calls what is not queued, by number."""


class Gate:
    """ASGI middleware: what is called by name is an endpoint, and who asks what the app is gets the endpoints alone."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what can be called."""
        path = scope["path"] if scope["type"] == "http" else ""
        if not callable_by_name(path):
            await JSONResponse({"detail": "Not found"}, 404)(scope, receive, send)
            return
        if path.rstrip("/") == "/config" and b"page=" not in scope["query_string"]:
            scope = {**scope, "query_string": f"page={PAGE}".encode()}
        await self.app(scope, receive, send)


def callable_by_name(path: str) -> bool:
    """Whether the name that an address calls, if it calls one, may be called."""
    called = CALLED.fullmatch(path)
    if not called:
        return True
    way, name = called[1], called[2]
    return name == UNQUEUED if way == "run" else name in OPERATIONS


def misnamed(request: Request, error: Exception) -> Response:
    """What Gradio says where an argument's name is none of the endpoint's."""
    called, name = CALLED.fullmatch(request.url.path), re.search("`(.+)`", str(error))
    if not called or not name:
        raise error
    text = Text("en")
    names = ", ".join(OPERATIONS[called[2]].arguments(text))
    return JSONResponse({"detail": text("api.error.argument", name=name[1][:80], names=names)}, 422)


class Functions(dict[int, Any]):
    """A page's functions by number; a number that there is not is an error of whoever asks."""

    def __missing__(self, number: int) -> Any:
        raise HTTPException(404, "There is no such function.")
