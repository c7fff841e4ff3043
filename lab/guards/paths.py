"""Where visitors' files lie on the server is told to nobody: a page knows their folder by another name."""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.guards.refusal import UPLOAD, Refused
from lab.room import holds
from models.errors import InputError

PUBLIC = "/lab-files"
"""The folder's name on a page."""
FILE = "/gradio_api/file="
NAMED = re.compile(rf'(?<=["=]){PUBLIC}(?=/)'.encode())
"""As JSON has it in a file's path or address."""
TEXT = ("text/html", "application/json", "text/event-stream", "text/plain")


class Paths:
    """ASGI middleware: the folder gets its other name in what is answered, and its own in what is asked.

    A file of any other folder, or of another server, is not there.
    """

    def __init__(self, app: ASGIApp, folder: str) -> None:
        self.app, self.folder = app, folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or raise Refused."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"].startswith(FILE):
            await self.app(self.located(scope), receive, send)
        else:
            await self.app(scope, receive if scope["path"] == UPLOAD else self.asked(receive), self.answered(send))

    def located(self, scope: Scope) -> Scope:
        """The request for a file, by the file's own path."""
        named = scope["path"].removeprefix(FILE)
        path = self.folder + named.removeprefix(PUBLIC)
        if not named.startswith(f"{PUBLIC}/") or not holds(self.folder, path):
            raise Refused(404, InputError("request.unknown"))
        return {**scope, "path": FILE + path, "raw_path": (FILE + path).encode()}

    def asked(self, receive: Receive) -> Receive:
        """What is asked, with paths of files; `lab.guards.bodies` has made one message of it."""

        async def received() -> Message:
            message = await receive()
            if message.get("body"):
                message["body"] = NAMED.sub(self.folder.encode(), message["body"])
            return message

        return received

    def answered(self, send: Send) -> Send:
        """What is answered, without them: text that comes whole, or in messages that each have whole paths."""
        held: list[Message] = []
        mapped = False

        async def sent(message: Message) -> None:
            nonlocal mapped
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                mapped = headers.get("content-type", "").startswith(TEXT)
                if mapped and "content-length" in headers:
                    held.append(message)
                    return
            elif mapped:
                message = {**message, "body": self.hidden(message.get("body", b""))}
            if held:
                if message.get("body") and not message.get("more_body"):
                    MutableHeaders(scope=held[0])["content-length"] = str(len(message["body"]))
                await send(held.pop())
            await send(message)

        return sent

    def hidden(self, body: bytes) -> bytes:
        """Text with the folder's other name."""
        return body.replace(self.folder.encode(), PUBLIC.encode())
