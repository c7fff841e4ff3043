"""Which of Gradio's addresses are open. The others write a session to disk, fetch for strangers, reload, log in, …"""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from lab.guards.refusal import Refused
from lab.text import LANGUAGES
from models.errors import InputError

SESSION = r"[\w-]{1,64}"
ENDPOINTS = ("/gradio_api/call/", "/gradio_api/mcp")
"""Where Python and agents ask by name (lab/api)."""
PAGES = "|".join(LANGUAGES[1:])
READ = (
    rf"/(?:(?:{PAGES})/?)?",
    r"/config/?",
    r"/(?:assets|static|lab)/.+",
    r"/(?:gradio_api/)?theme\.css",
    r"/health",
    r"/(?:favicon\.ico|manifest\.json|robots\.txt)",
    r"/gradio_api/(?:info/?|openapi\.json|startup-events|upload_progress)",
    r"/gradio_api/file=.+",
    rf"/gradio_api/heartbeat/{SESSION}",
    r"/gradio_api/queue/(?:data|status)",
    r"/gradio_api/call/(?:v2/)?[\w-]+/\w+",
    r"/gradio_api/mcp(?:/.*)?",
)
"""What pages, the client of Gradio (gradio_client) and its tool servers (MCP) read."""
SENT = (
    r"/gradio_api/(?:upload|queue/join|cancel|reset)",
    r"/gradio_api/(?:run|call|call/v2)/[\w-]+/?",
    r"/gradio_api/mcp(?:/.*)?",
)
"""Where they send something to."""
ENDED = (r"/gradio_api/mcp(?:/.*)?",)
OPEN = {"GET": READ, "HEAD": READ, "POST": SENT, "DELETE": ENDED}


class Routes:
    """ASGI middleware: an address that is not listed is not there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.open = {method: re.compile("|".join(paths), re.ASCII) for method, paths in OPEN.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or raise Refused."""
        if scope["type"] == "http":
            found = self.open.get(scope["method"])
            if not found or not found.fullmatch(scope["path"]):
                raise Refused(404, InputError("request.unknown"))
        await self.app(scope, receive, send)
