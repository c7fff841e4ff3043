"""The folder of visitors' files is there, whatever has been done to the disk while the lab runs."""

from starlette.types import ASGIApp, Receive, Scope, Send

from lab.room import Room


class Folder:
    """ASGI middleware: makes the folder anew where it is gone. Raises OSError where that fails."""

    def __init__(self, app: ASGIApp, room: Room) -> None:
        self.app, self.room = app, room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through."""
        if scope["type"] == "http":
            self.room.mend()
        await self.app(scope, receive, send)
